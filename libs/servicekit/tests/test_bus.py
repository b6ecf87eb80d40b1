from __future__ import annotations

import select
import socket

from eventlet import hubs

from servicekit import bus


def test_a_look_without_waiting_sees_what_has_arrived(bus_url: str) -> None:
    """Also right after another socket was read, when a timeout of nothing fires first in eventlet's hub.

    Whoever only ever looks would miss all heartbeats, and the connection would count as lost.
    """
    connection = bus.connect(bus_url, name="looks")
    near, far = socket.socketpair()
    arrived: list[object] = []
    try:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).queue
        channel.basic_consume(queue, no_ack=True, callback=arrived.append)
        channel.basic_publish(bus.amqp.Message(b"hello"), "", queue)
        assert select.select([connection.transport.sock], [], [], 10)[0]
        far.send(b"x")
        hubs.trampoline(near.fileno(), read=True, timeout=10)
        while bus.wait_and_handle(connection, 0):
            pass
        assert arrived
    finally:
        near.close()
        far.close()
        bus.hang_up(connection)
