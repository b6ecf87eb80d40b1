from __future__ import annotations

import orjson
import pytest

from servicekit import jsonio, wire
from servicekit.errors import WIRE_ERRORS, Invalid

JSON = {"content_type": "application/json"}


def group(*calls: object) -> bytes:
    return orjson.dumps({"calls": calls})


def nested(depth: int) -> bytes:
    return b'{"args":[' + b"[" * (depth - 2) + b"]" * (depth - 2) + b'],"kwargs":{}}'


def test_plain_message_is_one_call_with_its_context_from_the_headers():
    headers = {"nameko.request_id": "r1", "nameko.deadline": 12.5, "nameko.user_id": "u1"}
    request = wire.read_request(
        "get", b'{"args":[1],"kwargs":{"a":2}}', {**JSON, "application_headers": headers}
    )
    assert request.calls == [wire.Call(None, "get", [1], {"a": 2}, 12.5, "r1", "u1")]
    assert not request.grouped


def test_group_is_read_back_as_it_was_written():
    calls = [wire.Call(i, "get", [i], {}, 1.5, "r", None) for i in range(3)]
    body = wire.encode_group([wire.encode_call(call) for call in calls])
    assert wire.read_request(wire.GROUP_METHOD, body, JSON).calls == calls


@pytest.mark.parametrize(
    ("body", "properties", "reason"),
    [
        (b"{}", {}, "content_type"),
        (b"{}", {"content_type": "application/x-python-serialize"}, "content_type"),
        (b"{}", {**JSON, "content_encoding": "utf-16"}, "content_encoding"),
        (b"{}", {**JSON, "application_headers": {"compression": "application/x-gzip"}}, "compressed"),
        (b"", JSON, "json"),
        (b"{nonsense", JSON, "json"),
        (b'{"args": ["\xff\xfe"], "kwargs": {}}', JSON, "json"),
        (b'{"args": ["\x00"], "kwargs": {}}', JSON, "json"),
        (b'{"args": [NaN], "kwargs": {}}', JSON, "json"),
        (b'{"args": ["\\ud800"], "kwargs": {}}', JSON, "json"),
        (b"[1]", JSON, "not_an_object"),
        (b"{}", JSON, "not_a_call"),
        (b'{"args": {}, "kwargs": {}}', JSON, "not_a_call"),
        (nested(200_000), JSON, "json"),
        (nested(wire.MAX_DEPTH + 1), JSON, "too_deep"),
        (b'{"args": ["' + b"x" * wire.MAX_BODY + b'"], "kwargs": {}}', JSON, "too_large"),
    ],
)
def test_what_is_no_call_is_named(body: bytes, properties: dict, reason: str):
    with pytest.raises(wire.Malformed) as caught:
        wire.read_request("get", body, properties)
    assert caught.value.reason == reason


def test_nesting_up_to_the_limit_is_read():
    assert wire.read_request("get", nested(wire.MAX_DEPTH), JSON).calls


def test_many_flat_values_are_not_mistaken_for_deep_ones():
    call = {"id": 1, "method": "get", "args": [[] for _ in range(1000)]}
    assert wire.read_request(wire.GROUP_METHOD, group(call), JSON).calls


def test_nul_character_is_an_invalid_argument():
    with pytest.raises(Invalid):
        wire.read_request("get", b'{"args": [{"name": ["a\\u0000b"]}], "kwargs": {}}', JSON)


def test_text_that_spells_the_escape_of_nul_is_just_text():
    body = orjson.dumps({"args": ["\\u0000"], "kwargs": {}})
    assert wire.read_request("get", body, JSON).calls[0].args == ["\\u0000"]


def test_bad_call_is_refused_without_its_group():
    good = {"id": 1, "method": "get", "args": []}
    request = wire.read_request(wire.GROUP_METHOD, group(good, {"id": 2, "method": 3}, 7), JSON)
    assert [call.id for call in request.calls] == [1]
    assert [(call_id, error.reason) for call_id, error in request.refused] == [
        (2, "not_a_call"),
        (None, "not_a_call"),
    ]


def test_call_that_is_too_deep_is_refused_without_its_group():
    deep = orjson.loads(nested(wire.MAX_DEPTH + 1))
    calls = [{"id": 1, **deep, "method": "get"}, {"id": 2, "method": "get", "args": [[1]]}]
    request = wire.read_request(wire.GROUP_METHOD, group(*calls), JSON)
    assert [call.id for call in request.calls] == [2]
    assert [(call_id, error.reason) for call_id, error in request.refused] == [(1, "too_deep")]


def test_call_is_as_deep_in_a_group_as_alone():
    deepest = {"id": 1, **orjson.loads(nested(wire.MAX_DEPTH)), "method": "get"}
    assert wire.read_request(wire.GROUP_METHOD, group(deepest), JSON).calls


def test_document_as_deep_as_we_take_from_outside_fits_into_a_call():
    document = b"[" * jsonio.MAX_DEPTH + b"]" * jsonio.MAX_DEPTH
    jsonio.loads_strict(document)
    body = b'{"args":[{"data":' + document + b'}],"kwargs":{}}'
    assert wire.read_request("get", body, JSON).calls


@pytest.mark.parametrize("calls", [None, [], {}, [{}] * (wire.MAX_CALLS + 1)])
def test_group_without_a_sensible_number_of_calls_is_refused(calls: object):
    with pytest.raises(wire.Malformed, match="not_a_group"):
        wire.read_request(wire.GROUP_METHOD, orjson.dumps({"calls": calls}), JSON)


@pytest.mark.parametrize("kind", WIRE_ERRORS.values())
def test_each_of_the_eight_errors_arrives_as_itself(kind: type):
    sent = kind("some_code", {"about": [1, None]})
    arrived = wire.load_error(orjson.loads(orjson.dumps(wire.dump_error(sent))))
    assert type(arrived) is kind
    assert arrived.args == ("some_code", {"about": [1, None]})


def test_anything_else_arrives_as_a_reference():
    arrived = wire.load_error(wire.dump_failure("abc", "failed"))
    assert isinstance(arrived, wire.RemoteFailure)
    assert (arrived.reference, arrived.reason) == ("abc", "failed")


@pytest.mark.parametrize("error", [1, {}, {"exc_type": "NotFound"}, {"exc_type": "X", "exc_args": []}])
def test_unreadable_error_is_a_failure_too(error: object):
    assert isinstance(wire.load_error(error), wire.RemoteFailure)


def test_dates_are_not_plain_json():
    from datetime import UTC, datetime

    with pytest.raises(TypeError):
        wire.encode_reply(1, datetime.now(UTC))
