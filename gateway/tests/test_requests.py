"""What comes in is checked before anything is done. Pure: no server, no database."""

from __future__ import annotations

import time
from dataclasses import replace

import orjson
import pytest
from marshmallow import Schema, fields

from gateway.conditional import NO_VERSION, Precondition, etag, is_not_modified, parse_if_match
from gateway.idempotency import key_from
from gateway.observe import request_id_from
from gateway.problems import HttpProblem
from gateway.requests import checked_body, checked_query, parse_json
from gateway.routes import all_operations
from gateway.schemas.customers import CustomerPatch, NewCustomer
from servicekit.errors import Invalid

OPERATIONS = {operation.name: operation for operation in all_operations()}


def refused(raised) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in raised.value.payload["errors"]]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'"\\ud800"',
        b'{"a": "\\udc00"}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\xff"}',
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b"[" * 200_000,
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_json_that_others_would_choke_on_is_refused(raw):
    with pytest.raises(Invalid):
        parse_json(raw)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "contact_points": [{}] * 100_000},
        {"name": "x", "custom": {f"k{number}": 1 for number in range(60_000)}},
        {"name": "x", "tags": [""] * 300_000},
        {f"k{number}": 1 for number in range(60_000)},
        [[]] * 100_000,
    ],
    ids=["objects", "members", "texts", "properties", "lists"],
)
def test_a_body_of_very_many_values_is_refused_before_it_holds_everybody_up(body):
    raw, started = orjson.dumps(body), time.thread_time()
    with pytest.raises(Invalid) as raised:
        checked_body(OPERATIONS["create_customer"], raw, b"application/json")
    assert refused(raised) == [("", "too_many_values")]
    assert time.thread_time() - started < 1


@pytest.mark.parametrize("raw", [b"[" * 32 + b"]" * 32, b'"\\\\u0000"', '"\U0001f600"'.encode(), b"[1e308]"])
def test_json_within_the_limits_is_read(raw):
    parse_json(raw)


def test_unknown_properties_are_named():
    with pytest.raises(Invalid) as raised:
        checked_body(OPERATIONS["create_customer"], b'{"name": "A", "nmae": 1, "id": 2}', b"application/json")
    assert sorted(refused(raised)) == [("/id", "unknown_property"), ("/nmae", "unknown_property")]


def test_pointers_lead_into_lists_and_escape_their_signs():
    class Deep(Schema):
        items = fields.List(fields.Dict(keys=fields.String(), values=fields.Integer(strict=True)))

    operation = replace(OPERATIONS["create_customer"], body=Deep())
    with pytest.raises(Invalid) as raised:
        checked_body(operation, b'{"items": [{"a/b~c": "x"}]}', b"application/json")
    assert refused(raised)[0][0] == "/items/0/a~1b~0c/value"


def test_the_three_lists_of_a_patch_take_a_list_or_a_change():
    patch = CustomerPatch().load({"tags": {"add": ["vip"]}, "teams": []})
    assert (patch["tags"], patch["teams"]) == ({"add": ["vip"]}, [])


@pytest.mark.parametrize(
    "value",
    [{"tags": {"plus": []}}, {"tags": "vip"}, {"tags": [1]}, {"allow_duplicate": 1}, {"status": "gone"}],
)
def test_a_patch_of_another_shape_is_refused(value):
    with pytest.raises(Invalid):
        checked_body(OPERATIONS["update_customer"], orjson.dumps(value), b"application/merge-patch+json")


def test_those_who_are_excepted_reach_the_service():
    excepted = {"all": True, "except": ["01930000-0000-7000-8000-000000000001"]}
    body = orjson.dumps({"action": "delete", "selection": excepted})
    assert checked_body(OPERATIONS["start_bulk"], body, b"application/json")["selection"] == excepted


def test_a_new_customer_needs_a_name():
    assert NewCustomer().validate({"email": "a@x.test"}) == {"name": ["Missing data for required field."]}


@pytest.mark.parametrize(
    "kind", [b"", b"text/plain", b"application/json; charset=latin-1", b"application/x-json"]
)
def test_another_content_type_is_refused(kind):
    with pytest.raises(HttpProblem) as raised:
        checked_body(OPERATIONS["create_customer"], b'{"name": "A"}', kind)
    assert raised.value.status == 415


@pytest.mark.parametrize("kind", [b"application/json", b"Application/JSON; Charset=UTF-8"])
def test_json_is_understood_however_it_is_spelt(kind):
    assert checked_body(OPERATIONS["create_customer"], b'{"name": "A"}', kind)["name"] == "A"


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        (b"limit=0", "/limit"),
        (b"limit=201", "/limit"),
        (b"limit=ten", "/limit"),
        (b"limit=1&limit=2", "/limit"),
        (b"limit=%00", "/limit"),
        (b"sort=name;drop", "/sort"),
        (b"include=everything", "/include"),
        (b"qq=maria", "/qq"),
        (b"filter=%7B", "/filter"),
        (b"deleted=yes", "/deleted"),
        (b"cursor=", "/cursor"),
        (b"a%2Fb=1", "/a~1b"),
    ],
)
def test_bad_query_parameters_are_pointed_at(query, pointer):
    with pytest.raises(Invalid) as raised:
        checked_query(OPERATIONS["list_customers"], query)
    assert refused(raised)[0][0] == pointer


def test_query_parameters_that_are_not_text_are_refused():
    with pytest.raises(Invalid):
        checked_query(OPERATIONS["list_customers"], b"cursor=%ff")


def test_an_operation_without_parameters_takes_none():
    with pytest.raises(Invalid):
        checked_query(OPERATIONS["get_customer"], b"x=1")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        (b"*", Precondition(None)),
        (b'"3"', Precondition(3)),
        (b' "3" ', Precondition(3)),
        (b'"nonsense"', Precondition(NO_VERSION)),
        (b'"03"', Precondition(NO_VERSION)),
        (b'"99999999999999999999"', Precondition(NO_VERSION)),
    ],
)
def test_if_match_is_read(header, expected):
    assert parse_if_match(header) == expected


@pytest.mark.parametrize("header", [b"", b"3", b'W/"3"', b'"3", "4"', b'"3', b"**", b"\xff"])
def test_if_match_that_is_no_strong_tag_is_refused(header):
    with pytest.raises(Invalid):
        parse_if_match(header)


def test_a_caller_that_has_the_version_is_told_so():
    assert etag(3) == b'"3"'
    assert [is_not_modified(h, 3) for h in (b'"3"', b'W/"3"', b'"1", "3"', b"*")] == [True] * 4
    assert [is_not_modified(h, 3) for h in (None, b'"4"', b"3", b"")] == [False] * 4


def test_a_key_is_bound_to_caller_operation_and_body():
    def key(**changes):
        return key_from(b"k", **({"user_id": "u", "target": "POST /x?", "body": b"1"} | changes))

    assert key() == key()
    assert key().key != key(user_id="v").key
    assert key().key != key(target="POST /y?").key
    assert key().key == key(body=b"2").key
    assert key().hash != key(body=b"2").hash


@pytest.mark.parametrize("header", [b"", b"x" * 256, b"\n", b"\xff"])
def test_an_unusable_idempotency_key_is_refused(header):
    with pytest.raises(Invalid):
        key_from(header, user_id="u", target="t", body=b"")


@pytest.mark.parametrize("header", [None, b"", b"x" * 129, b"a b", b"a\nb", b"<script>", b"\xff"])
def test_an_unsafe_request_id_is_replaced(header):
    assert request_id_from(header).encode() != header


def test_a_safe_request_id_is_kept():
    assert request_id_from(b"trace-1.2:3/4") == "trace-1.2:3/4"
