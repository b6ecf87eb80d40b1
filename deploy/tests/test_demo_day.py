"""The day that `make connector-demo` plays: the same each time, and the service records all of it."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.connection import reply_to
from deploy.demo.day import day
from deploy.demo.player import Refusal, Settings, main, surroundings
from deploy.local.state import LocalState
from services.customers.check_events.__main__ import Tally, findings
from services.customers.check_events.checks import Checker
from services.customers.history.schemas import SCHEMAS

Json = dict[str, Any]
UNTIL = datetime(2026, 3, 9, 18, tzinfo=UTC)


def said_of(events: list[Json], now: datetime = UNTIL) -> tuple[Tally, list[Any]]:
    lines = "".join(json.dumps(event) + "\n" for event in events).encode()
    tally = Tally()
    return tally, list(findings(io.BytesIO(lines), Checker(now=now, region="BR"), tally))


def test_a_seed_and_an_end_are_one_day():
    assert list(day(1, UNTIL)) == list(day(1, UNTIL))
    ids = {event["id"] for event in day(1, UNTIL)}
    assert not ids & {event["id"] for event in day(2, UNTIL)}
    assert not ids & {event["id"] for event in day(1, UNTIL + timedelta(hours=1))}


@pytest.mark.parametrize("seed", [1, 2])
def test_everything_is_recorded_as_it_is_meant(seed: int):
    tally, found = said_of(list(day(seed, UNTIL)))
    assert (found, tally.bad) == ([], 0)
    assert tally.repeated > 20


def test_bad_events_are_there_when_they_are_asked_for_and_change_nothing_else():
    good, mixed = list(day(1, UNTIL)), list(day(1, UNTIL, bad=True))
    bad = [event for event in mixed if "-bad-" in event["id"]]
    assert len(mixed) - len(good) == len(bad) > 20
    tally, found = said_of(mixed)
    assert {finding.code for finding in found} == {"schema", "unknown_version", "no_identity"}
    assert {mixed[finding.line - 1]["id"] for finding in found} == {event["id"] for event in bad}
    assert 0 < tally.bad < len(bad)
    assert [event["id"] for event in mixed if event not in bad] == [event["id"] for event in good]


def test_the_day_has_everything_that_a_company_sees():
    events = list(day(1, UNTIL))
    kinds = Counter(event["type"] for event in events)
    assert set(kinds) == set(SCHEMAS)
    assert 4_000 < len(events) < 8_000
    assert len({event["source"] for event in events}) == 7
    of = {kind: [event["data"] for event in events if event["type"].startswith(kind)] for kind in kinds}
    assert {each["purchase"]["currency"] for each in of["purchase.recorded.v1"]} == {"BRL", "EUR"}
    directions = Counter(each["message"]["direction"] for each in of["conversation.message.v1"])
    assert min(directions.values()) > 500
    assert len({each["conversation"]["team"] for each in of["conversation.started.v1"]}) == 3
    for data in of["contact.identified.v1"]:
        assert [each["kind"] for each in data["contact"]["identities"]] == ["whatsapp", "email"]


def test_it_comes_in_the_order_of_time_but_for_a_few():
    times = [datetime.fromisoformat(event["time"]) for event in day(1, UNTIL)]
    assert UNTIL - timedelta(days=1) <= min(times) <= max(times) < UNTIL
    behind = sum(later < earlier for earlier, later in pairwise(times))
    assert 20 < behind < len(times) * 0.05


def test_the_first_three_hundred_have_some_of_everything():
    kinds = {event["type"] for event in islice(day(1, UNTIL), 300)}
    assert {"conversation.closed.v1", "appointment.scheduled.v1", "purchase.recorded.v1"} <= kinds


def a_request(number: int) -> Json:
    return {
        "request_id": f"00000000-0000-7000-8000-{number:012}",
        "source": "/channels/whatsapp/demo-pt",
        "channel": "whatsapp",
        "address": {"kind": "whatsapp", "value": "+5511987654321", "scope": None},
        "team": None,
        "message": "Olá!" if number % 2 else None,
        "expires_at": "2026-03-09T19:00:00Z",
    }


def test_requests_are_mostly_begun_and_sometimes_refused():
    replies = [reply_to(a_request(number), UNTIL) for number in range(100)]
    assert replies == [reply_to(a_request(number), UNTIL) for number in range(100)]
    kinds = Counter(reply["type"] for reply in replies if reply)
    assert kinds.total() == 100
    assert 50 < kinds["conversation.started.v1"] < 100
    assert said_of([reply for reply in replies if reply])[0].bad == 0


def test_a_request_whose_time_is_up_is_not_answered():
    assert reply_to(a_request(1), UNTIL + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    "asked",
    [{"RATE": "fast"}, {"RATE": "0"}, {"RATE": "nan"}, {"EVENTS": "0"}, {"EVENTS": "-1"}, {"SEED": "x"}]
    + [{"UNTIL": "today"}, {"UNTIL": "2026-03-09T18:00:00"}],
)
def test_what_is_not_understood_is_refused(asked: dict[str, str]):
    with pytest.raises(Refusal, match="RATE"):
        Settings.read(asked, UNTIL)


def test_nothing_is_played_where_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(Refusal, match="make run"):
        surroundings({}, LocalState(tmp_path))
    assert main({}, LocalState(tmp_path)) == 1
    assert "make run" in capsys.readouterr().err


def test_a_broker_that_does_not_answer_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    there = {"CRM_CONNECTOR_AMQP_URL": "amqp://x:y@127.0.0.1:9/crm", "CRM_CONNECTOR_QUEUE": "q"}
    assert main(there, LocalState(tmp_path)) == 1
    assert "nothing can be published" in capsys.readouterr().err
