"""Messages that no well-behaved caller sends, on a service's queue.

nameko and kombu answer them with a dead process and a redelivery to the next replica (no reply_to), with
silence (undecodable: acknowledged, the body in the log), or with a lost connection.
"""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.testing.bus import RawClient
from servicekit.testing.process import ServiceProcess
from servicekit.testing.waiting import eventually

CANARY = "canary@example.com"
GOOD = b'{"args": [1], "kwargs": {}}'

POISON: dict[str, tuple[bytes, dict[str, Any]]] = {
    "empty": (b"", {}),
    "bad JSON": (b'{"args": ["' + CANARY.encode(), {}),
    "bad UTF-8": (b'{"args": ["\xff\xfe' + CANARY.encode() + b'"], "kwargs": {}}', {}),
    "a bare NUL": (b'{"args": ["\x00"], "kwargs": {}}', {}),
    "an escaped NUL": (b'{"args": ["\\u0000"], "kwargs": {}}', {}),
    "no call": (b'{"hello": "world"}', {}),
    "a list": (b"[1, 2]", {}),
    "wrong types": (b'{"args": 1, "kwargs": 2}', {}),
    "depth 200,000": (b"[" * 200_000 + b"]" * 200_000, {}),
    "5 MB": (b'{"args": ["' + b"x" * 5_000_000 + b'"], "kwargs": {}}', {}),
    "pickle": (b"\x80\x04K\x01.", {"content_type": "application/x-python-serialize"}),
    "no content type": (GOOD, {"content_type": None}),
    "foreign encoding": (GOOD, {"content_encoding": "utf-16"}),
    "unknown compression": (GOOD, {"application_headers": {"compression": "application/x-gzip"}}),
    "false compression": (GOOD, {"application_headers": {"compression": "nonsense"}}),
    "odd headers": (b'{"args": [], "kwargs": {}}', {"application_headers": {"nameko.deadline": "soon"}}),
}


@pytest.mark.parametrize("name", POISON)
def test_poison_is_answered_with_an_error(raw: RawClient, workshop: ServiceProcess, name: str):
    body, properties = POISON[name]
    raw.publish("workshop.echo", body, **properties)
    assert raw.reply()["error"] is not None
    _still_well(raw, workshop)


@pytest.mark.parametrize("name", POISON)
def test_poison_with_nowhere_to_answer_is_dropped_and_counted(
    raw: RawClient, workshop: ServiceProcess, name: str
):
    """Without reply_to nameko kills its container, and then the next one."""
    body, properties = POISON[name]
    before = workshop.metric("rpc_dropped_total")
    raw.publish("workshop.echo", body, **{**properties, "reply_to": None})
    eventually(lambda: workshop.metric("rpc_dropped_total") == before + 1)
    _still_well(raw, workshop)


def test_good_call_with_nowhere_to_answer_is_done_and_acknowledged(raw: RawClient, workshop: ServiceProcess):
    before = workshop.metric("rpc_calls_total", method="echo")
    raw.publish("workshop.echo", GOOD, reply_to=None)
    eventually(lambda: workshop.metric("rpc_calls_total", method="echo") == before + 1)
    _still_well(raw, workshop)


@pytest.mark.parametrize("reply_to", ["workshop.echo", "gone", "x" * 255, "reply.guest.gone"])
def test_answer_is_never_sent_to_another_service_in_our_name(
    raw: RawClient, workshop: ServiceProcess, reply_to: str
):
    before = workshop.metric("rpc_calls_total", method="echo")
    raw.publish("workshop.echo", GOOD, reply_to=reply_to)
    eventually(lambda: workshop.metric("rpc_calls_total", method="echo") == before + 1)
    _still_well(raw, workshop)


def test_routing_key_that_is_no_text_is_rejected_for_good(raw: RawClient, workshop: ServiceProcess):
    """py-amqp fails on it before it knows the delivery, and again at each redelivery."""
    before = workshop.metric("rpc_dropped_total", reason="routing_key")
    raw.publish(_Bytes("workshop.", b"\xff"), GOOD)
    eventually(lambda: workshop.metric("rpc_dropped_total", reason="routing_key") == before + 1)
    _still_well(raw, workshop)


@pytest.mark.parametrize("name", ["content_type", "reply_to", "correlation_id", "message_id"])
def test_property_that_is_no_text_is_dropped(raw: RawClient, workshop: ServiceProcess, name: str):
    """py-amqp fails on it between two frames, loses the connection, and again at each redelivery."""
    before = workshop.metric("rpc_dropped_total")
    raw.publish("workshop.echo", GOOD, **{name: _Bytes("x", b"\xff\xfe")})
    eventually(lambda: workshop.metric("rpc_dropped_total") == before + 1)
    _still_well(raw, workshop)


def test_many_poisonous_messages_leave_the_good_ones_alone(raw: RawClient, workshop: ServiceProcess):
    for body, properties in POISON.values():
        raw.publish("workshop.echo", body, **{**properties, "reply_to": None})
        raw.publish("workshop.echo", GOOD)
    assert [raw.reply()["result"] for _ in POISON] == [1] * len(POISON)


def test_no_body_of_a_bad_message_reaches_a_log(raw: RawClient, workshop: ServiceProcess):
    for name in ("bad JSON", "bad UTF-8"):
        raw.publish("workshop.echo", POISON[name][0])
        raw.reply()
    assert CANARY not in "\n".join(workshop.lines)


def _still_well(raw: RawClient, workshop: ServiceProcess) -> None:
    assert raw.call("workshop.echo", "well")["result"] == "well"
    eventually(lambda: raw.queue_length("rpc-workshop") == 0)
    assert workshop.running
    assert workshop.metric("bus_connections_lost_total", link="rpc") == 0


class _Bytes(str):
    """Text that py-amqp writes as given bytes; no well-behaved library would write them."""

    raw: bytes

    def __new__(cls, text: str, more: bytes) -> _Bytes:
        made = super().__new__(cls, text)
        made.raw = text.encode() + more
        return made

    def encode(self, *_: Any, **__: Any) -> bytes:
        return self.raw
