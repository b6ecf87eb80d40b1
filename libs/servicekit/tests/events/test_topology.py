"""The step that declares everything, and what it says when the broker has it differently."""

from __future__ import annotations

from collections.abc import Iterator

import amqp
import pytest
from kombu import Connection

from servicekit.events.topology import EventQueue, ExtraQueue, Topology, TopologyDrift, declare
from servicekit.testing.infrastructure import fresh_vhost

TOPOLOGY = Topology(
    service="book",
    publishes=("crm.events",),
    queue=EventQueue(bindings=(("channel.events", "#"), ("crm.events", "a.*.v1"))),
    extra=(ExtraQueue("requests.whatsapp", (("channel.requests", "whatsapp.#"),)),),
)


@pytest.fixture
def url() -> Iterator[str]:
    with fresh_vhost() as url:
        yield url


def test_declaring_twice_is_as_good_as_once(url: str) -> None:
    declare(url, [TOPOLOGY])
    declare(url, [TOPOLOGY, TOPOLOGY])


def test_an_event_published_before_any_service_ran_is_waiting(url: str) -> None:
    declare(url, [TOPOLOGY])
    with Connection(url) as connection:
        channel = connection.channel()
        message = amqp.Message(b"x", content_type="text/plain")
        channel.basic_publish_confirm(message, "crm.events", "a.b.v1")
        channel.basic_publish_confirm(message, "crm.events", "nobody.wants.this")
        channel.basic_publish_confirm(message, "channel.requests", "whatsapp.acme")
        assert channel.queue_declare("book.events", passive=True).message_count == 1
        assert channel.queue_declare("requests.whatsapp", passive=True).message_count == 1


def test_a_queue_with_another_argument_is_named_with_it(url: str) -> None:
    with Connection(url) as connection:
        arguments = {"x-queue-type": "quorum", "x-delivery-limit": 20}
        connection.channel().queue_declare(
            "book.events", durable=True, auto_delete=False, arguments=arguments
        )
    with pytest.raises(TopologyDrift, match=r"queue book\.events .*x-de.*received .*current is"):
        declare(url, [TOPOLOGY])


def test_an_exchange_of_another_type_is_named(url: str) -> None:
    with Connection(url) as connection:
        connection.channel().exchange_declare("crm.events", "fanout", durable=True, auto_delete=False)
    with pytest.raises(TopologyDrift, match=r"exchange crm\.events .*type"):
        declare(url, [TOPOLOGY])
