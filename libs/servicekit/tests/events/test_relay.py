"""The outbox and its relay: what is committed arrives, whatever happens to broker and process."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import closing, suppress
from functools import partial
from typing import Any

import orjson
import pytest

from servicekit.database import Transactions
from servicekit.errors import TooLarge
from servicekit.events import Event, ReadyMessage, metrics
from servicekit.events.publisher import Publisher
from servicekit.events.relay import Relay
from servicekit.testing.bus import raw_client
from servicekit.testing.process import ServiceProcess, running_service
from servicekit.testing.proxy import proxied
from servicekit.testing.waiting import eventually
from servicekit.tests.events.desk import PATH, Desk


def a_listener(desk: Desk, exchange: str = "crm.events") -> str:
    desk.channel.queue_declare("listener", durable=True, auto_delete=False)
    desk.channel.queue_bind("listener", exchange, "#")
    return "listener"


def received(desk: Desk, messages: list[Any]) -> list[Any]:
    """All that has arrived so far."""
    tag = desk.channel.basic_consume("listener", no_ack=True, callback=messages.append)
    with suppress(TimeoutError):
        while True:
            desk.channel.connection.drain_events(timeout=0.2)
    desk.channel.basic_cancel(tag)
    return messages


def numbers(messages: list[Any]) -> set[int]:
    return {orjson.loads(message.body)["data"]["number"] for message in messages}


def in_the_outbox(desk: Desk) -> int:
    [(count,)] = desk.rows("SELECT count(*) FROM outbox")
    return int(count)


def write(desk: Desk, *messages: Event | ReadyMessage) -> None:
    with closing(Transactions.connect(desk.database_url)) as db, db.unit_of_work() as uow:
        uow.outbox.add(*messages)


def counted(number: int, **attributes: Any) -> Event:
    return Event("flag.counted.v1", {"number": number}, **attributes)


def test_committed_events_arrive_once_and_in_order_as_cloudevents(
    staffed: tuple[Desk, ServiceProcess],
) -> None:
    desk, _ = staffed
    a_listener(desk)
    with raw_client(desk.amqp_url) as client:
        client.call("notebook.publish", 450)
        arrived: list[Any] = []
        eventually(lambda: len(received(desk, arrived)) == 450, what="all events")
        eventually(lambda: in_the_outbox(desk) == 0, what="an empty outbox")
    bodies = [orjson.loads(message.body) for message in arrived]
    assert [body["data"]["number"] for body in bodies] == list(range(450))
    first, properties = bodies[0], arrived[0].properties
    assert set(first) == {"specversion", "id", "source", "type", "time", "datacontenttype", "data"}
    assert (first["source"], first["specversion"]) == ("/services/notebook", "1.0")
    assert properties["message_id"] == first["id"]
    assert properties["content_type"] == "application/cloudevents+json"
    assert properties["delivery_mode"] == 2
    assert properties["application_headers"]["request_id"] not in ("", "-")


def test_a_commit_wakes_the_relay_long_before_the_poll(desk: Desk) -> None:
    a_listener(desk)
    environment = {**desk.environment, "OUTBOX_POLL_SECONDS": "3600"}
    with running_service(PATH, **environment), raw_client(desk.amqp_url) as client:
        client.call("notebook.publish", 1)
        eventually(lambda: in_the_outbox(desk) == 0, what="an empty outbox")


def test_a_message_of_somebody_else_is_passed_on_byte_by_byte(staffed: tuple[Desk, ServiceProcess]) -> None:
    desk, _ = staffed
    a_listener(desk, "channel.requests")
    body = b'{"spelled":  "as it came", "specversion":"1.0"}'
    write(desk, ReadyMessage("channel.requests", "whatsapp.acme", body, "id-1", headers={"from": "acme"}))
    [message] = eventually(lambda: received(desk, []), what="the message")
    assert (message.body, message.delivery_info["routing_key"]) == (body, "whatsapp.acme")
    assert message.properties["message_id"] == "id-1"
    assert message.properties["application_headers"]["from"] == "acme"


def test_while_the_broker_is_away_the_outbox_fills_and_then_all_of_it_arrives(desk: Desk) -> None:
    a_listener(desk)
    arrived: list[Any] = []
    with (
        proxied(desk.amqp_url) as (proxy, amqp_url),
        running_service(PATH, **{**desk.environment, "AMQP_URL": amqp_url}) as service,
    ):
        proxy.cut()
        write(desk, *map(counted, range(500)))
        eventually(lambda: service_failures(service) >= 2, what="failed attempts")
        assert in_the_outbox(desk) == 500
        proxy.restore()
        eventually(lambda: in_the_outbox(desk) == 0, what="an empty outbox")
        assert service.running
    assert numbers(received(desk, arrived)) == set(range(500))


def shrunk_below(desk: Desk, size: int) -> bool:
    return in_the_outbox(desk) < size


def service_failures(service: ServiceProcess) -> float:
    return service.metric("outbox_failures_total")


def test_a_connection_that_breaks_in_the_middle_loses_nothing(desk: Desk) -> None:
    a_listener(desk)
    with (
        proxied(desk.amqp_url) as (proxy, amqp_url),
        running_service(PATH, **{**desk.environment, "AMQP_URL": amqp_url}) as service,
    ):
        write(desk, *map(counted, range(900)))
        while (before := in_the_outbox(desk)) > 0:
            proxy.drop()
            eventually(partial(shrunk_below, desk, before), within=20, what="some progress")
        assert service_failures(service) >= 1, "void: no batch was disturbed"
    assert numbers(received(desk, [])) == set(range(900))


def test_killed_in_the_middle_another_replica_sends_the_rest(desk: Desk) -> None:
    a_listener(desk)
    write(desk, *map(counted, range(3_000)))
    with running_service(PATH, wait=False, **desk.environment) as killed:
        eventually(lambda: in_the_outbox(desk) < 3_000, what="the first batch")
        killed.signal(signal.SIGKILL)
        killed.wait()
    assert in_the_outbox(desk) > 0, "void: everything was sent before the kill"
    with running_service(PATH, **desk.environment):
        eventually(lambda: in_the_outbox(desk) == 0, what="an empty outbox")
    assert numbers(received(desk, [])) == set(range(3_000))


def test_two_replicas_share_the_outbox_and_send_nothing_twice(desk: Desk) -> None:
    a_listener(desk)
    with running_service(PATH, **desk.environment), running_service(PATH, **desk.environment):
        write(desk, *map(counted, range(1_000)))
        eventually(lambda: in_the_outbox(desk) == 0, what="an empty outbox")
    arrived = received(desk, [])
    assert len(arrived) == 1_000
    assert numbers(arrived) == set(range(1_000))


def test_a_mandatory_message_that_no_queue_wants_is_kept_and_flagged(
    staffed: tuple[Desk, ServiceProcess],
) -> None:
    desk, service = staffed
    before = service.metric("outbox_returned_total")
    write(
        desk, counted(1, exchange="channel.requests", mandatory=True), counted(2, exchange="channel.requests")
    )
    eventually(lambda: service.metric("outbox_returned_total") == before + 1, what="the return")
    eventually(lambda: in_the_outbox(desk) == 1, what="the other gone")
    [(body,)] = desk.rows("SELECT body FROM outbox WHERE returned_at IS NOT NULL")
    assert orjson.loads(body)["data"] == {"number": 1}


def test_an_exchange_that_is_missing_holds_nobody_else_up(staffed: tuple[Desk, ServiceProcess]) -> None:
    desk, service = staffed
    a_listener(desk)
    write(desk, counted(1, exchange="not.declared"), counted(2), counted(3))
    eventually(lambda: in_the_outbox(desk) == 1, what="the others sent")
    assert service.logged("exchange refused", exchange="not.declared")
    assert numbers(received(desk, [])) == {2, 3}


def test_a_queue_that_is_full_holds_nobody_else_up_and_makes_nothing_come_twice(
    staffed: tuple[Desk, ServiceProcess],
) -> None:
    desk, service = staffed
    before = service.metric("outbox_failures_total", reason="refused")
    a_listener(desk)
    full = {"x-max-length": 1, "x-overflow": "reject-publish"}
    desk.channel.queue_declare("full", durable=True, auto_delete=False, arguments=full)
    desk.channel.queue_bind("full", "channel.requests", "#")

    def emptied() -> bool:
        desk.channel.queue_purge("full")
        return in_the_outbox(desk) == 0

    write(desk, *(counted(n, exchange="channel.requests") for n in range(3)), *map(counted, range(3, 6)))
    eventually(
        lambda: service.metric("outbox_failures_total", reason="refused") >= before + 2, what="refusals"
    )
    assert in_the_outbox(desk) in (1, 2)
    eventually(emptied, what="an empty outbox")
    arrived = received(desk, [])
    assert (len(arrived), numbers(arrived)) == (3, {3, 4, 5})


def test_an_id_too_long_for_the_bus_holds_nothing_up(staffed: tuple[Desk, ServiceProcess]) -> None:
    """It may have 255 characters; the message property has room for 255 bytes."""
    desk, _ = staffed
    a_listener(desk)
    write(desk, counted(1, id="\u00e9" * 255), counted(2, id="\u00e9" * 127 + "x"))
    eventually(lambda: in_the_outbox(desk) == 0, what="an empty outbox")
    first, second = received(desk, [])
    assert orjson.loads(first.body)["id"] == "\u00e9" * 255
    assert second.properties["message_id"] == orjson.loads(second.body)["id"]


@pytest.mark.parametrize("place", ["routing_key", "exchange"])
def test_an_address_too_long_for_the_bus_is_refused_where_it_is_written(desk: Desk, place: str) -> None:
    with pytest.raises(TooLarge, match="address_too_long"):
        write(desk, counted(1, **{place: "\u00e9" * 128}))


def test_while_it_cannot_send_new_messages_do_not_hurry_it(desk: Desk) -> None:
    with closing(Transactions.connect(desk.database_url)) as db:
        relay = Relay(db, Publisher("amqp://guest:guest@127.0.0.1:1", name="nowhere"), poll_seconds=1.0)
        write(desk, counted(1))
        failures = metrics.OUTBOX_FAILURES.labels("ConnectionRefusedError")
        before, began = failures._value.get(), time.monotonic()
        thread = threading.Thread(target=relay.run)
        thread.start()
        while failures._value.get() < before + 3:
            relay.wake()
            time.sleep(0)
        lasted = time.monotonic() - began
        relay.stop()
        thread.join()
    assert lasted >= 0.1 + 0.2


def test_what_was_rolled_back_is_never_sent(desk: Desk) -> None:
    db = Transactions.connect(desk.database_url)
    with closing(db), suppress(KeyboardInterrupt), db.unit_of_work() as uow:
        uow.outbox.add(counted(1))
        raise KeyboardInterrupt
    assert in_the_outbox(desk) == 0


def test_an_event_that_no_consumer_would_take_is_refused_where_it_is_written(desk: Desk) -> None:
    with pytest.raises(TooLarge, match="event_too_large"):
        write(desk, Event("flag.counted.v1", {"text": "x" * 1_100_000}))
