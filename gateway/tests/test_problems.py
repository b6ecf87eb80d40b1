"""The error table: one place, every class, no secrets."""

from __future__ import annotations

import orjson
import pytest

from gateway import problems
from servicekit.errors import (
    WIRE_ERRORS,
    Conflict,
    Duplicate,
    Forbidden,
    Invalid,
    NotFound,
    Stale,
    TooLarge,
    Unavailable,
)

PLACE = {"instance": "/v1/x", "request_id": "r"}


def body(answer):
    return orjson.loads(answer.body)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("customer_not_found"), 404),
        (Invalid("invalid"), 422),
        (Duplicate("duplicate_customer"), 409),
        (Conflict("team_in_use"), 409),
        (Conflict("duplicate_budget_exhausted", {"retry_after": 60}), 429),
        (Stale("stale"), 412),
        (Forbidden("forbidden"), 403),
        (TooLarge("body_too_large"), 413),
        (Unavailable("service_down"), 503),
        (Unavailable("too_many_attempts", {"retry_after": 60}), 429),
    ],
)
def test_every_error_has_its_status(error, status):
    answer = problems.service_problem(error, **PLACE)
    assert answer.status == status
    assert body(answer)["status"] == status


def test_the_table_knows_all_eight():
    assert set(problems.STATUS) == set(WIRE_ERRORS.values())


def test_a_problem_has_all_members():
    found = body(problems.service_problem(Conflict("team_in_use", {"customers": {"value": 1}}), **PLACE))
    assert found == {
        "type": "/problems/team-in-use",
        "title": "The team still has customers or notes",
        "status": 409,
        "detail": "The team still has customers or notes.",
        "instance": "/v1/x",
        "code": "team_in_use",
        "request_id": "r",
        "customers": {"value": 1},
    }


def test_what_is_missing_and_what_is_hidden_are_the_same_bytes():
    answers = [
        problems.service_problem(NotFound(code, payload), **PLACE)
        for code, payload in [
            ("customer_not_found", {"id": "1"}),
            ("note_not_found", {}),
            ("x", {"detail": "secret"}),
        ]
    ]
    assert {(answer.body, tuple(answer.headers)) for answer in answers} == {
        (problems.hidden_or_missing(**PLACE).body, tuple(answers[0].headers))
    }


def test_a_stale_answer_shows_the_resource_and_its_tag():
    answer = problems.service_problem(Stale("stale", {"current": {"id": "1", "version": 7}}), **PLACE)
    assert body(answer)["current"] == {"id": "1", "version": 7}
    assert (b"etag", b'"7"') in answer.headers


def test_a_payload_cannot_replace_the_members_of_a_problem():
    found = body(problems.service_problem(Conflict("c", {"status": 200, "code": "x", "more": 1}), **PLACE))
    assert (found["status"], found["code"], found["more"]) == (409, "c", 1)


def test_a_read_that_got_no_answer_may_be_repeated_and_a_write_has_an_unknown_outcome():
    read, write = problems.timed_out(write=False, **PLACE), problems.timed_out(write=True, **PLACE)
    assert (read.status, write.status) == (503, 504)
    assert all(any(name == b"retry-after" for name, _ in answer.headers) for answer in (read, write))


def test_a_defect_tells_its_reference_and_nothing_else():
    found = body(problems.defect("ref-1", **PLACE))
    assert found["reference"] == "ref-1"
    assert set(found) == {"type", "title", "status", "detail", "instance", "code", "request_id", "reference"}
