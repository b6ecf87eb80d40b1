"""What a file of events is told: what the service would park, and what it would hear otherwise than meant."""

from __future__ import annotations

import copy
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.local.state import CHECKOUT
from services.customers.check_events.__main__ import main, report
from services.customers.check_events.checks import Checker
from services.customers.check_events.findings import HINTS
from services.customers.history.schemas import SCHEMAS

NOW = datetime(2026, 3, 9, 18, tzinfo=UTC)
EXAMPLES = CHECKOUT / "contracts" / "customers" / "events" / "in"
Json = dict[str, Any]


def an_event(**changes: Any) -> Json:
    """A good one; `changes` name a place by its path with two underscores."""
    event: Json = {
        "specversion": "1.0",
        "id": "event-1",
        "source": "/channels/whatsapp/acme-main",
        "type": "conversation.started.v1",
        "time": "2026-03-01T12:00:00Z",
        "data": {
            "conversation": {"id": "wa-1", "channel": "whatsapp"},
            "contact": {
                "name": "Ana Souza",
                "identities": [{"kind": "whatsapp", "value": "5511987654321@s.whatsapp.net"}],
            },
            "message": {"id": "wamid.1", "direction": "inbound"},
        },
    }
    for path, value in changes.items():
        *parents, name = path.split("__")
        place = event
        for parent in parents:
            place = place[parent]
        if value is None:
            place.pop(name)
        else:
            place[name] = value
    return event


def checked(*lines: Json | bytes) -> tuple[int, str]:
    """Exit status and what is printed."""
    content = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    out = io.StringIO()
    status = report("f", io.BytesIO(content), Checker(now=NOW, region="BR"), out)
    return status, out.getvalue()


def codes(text: str) -> list[tuple[str, str, str]]:
    """Line, kind and code of what was found."""
    return re.findall(r"^f:(\d+): (error|warning) (\w+):", text, re.MULTILINE)


def test_good_events_are_good():
    status, text = checked(an_event(), an_event(id="event-2", type="conversation.message.v1"))

    assert (status, text) == (0, "2 events: 2 good, 0 faulty\n")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_examples_of_the_contracts_are_good(path: Path):
    status, text = checked(path.read_bytes())

    # A change says nothing of whose it is: that is known from before.
    assert (status, [each for each in codes(text) if each[2] != "no_identity"]) == (0, [])


NUL = json.dumps(an_event(data__conversation__id="a\x00b")).encode()
DEEP = json.dumps(an_event()).encode()[:-1] + b', "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


@pytest.mark.parametrize(
    ("event", "code", "pointer"),
    [
        (b'{"specversion": "1.0", ', "not_json", ""),
        (b'{"a": "\xff\xfe"}', "not_json", ""),
        (b"[1]", "not_cloudevents", "/specversion"),
        (b"{}", "not_cloudevents", "/specversion"),
        (NUL, "nul_character", ""),
        (DEEP, "too_deep", ""),
        (an_event(data__message__preview="x" * 5_000_000), "too_large", ""),
        (an_event(id=7), "not_cloudevents", "/id"),
        (an_event(source=None), "not_cloudevents", "/source"),
        (an_event(time="yesterday"), "not_cloudevents", "/time"),
        (an_event(data="text"), "not_cloudevents", "/data"),
        (an_event(type="conversation.started.v9"), "unknown_version", ""),
        (an_event(type="ö" * 200), "routing_key", "/type"),
        (an_event(data__conversation__id=None), "schema", "/data/conversation/id"),
        (an_event(data__message__direction="up"), "schema", "/data/message/direction"),
        (an_event(data__message__at="0001-01-01T00:00:00+05:00"), "invalid_time", "/data"),
        (an_event(type="conversation.refused.v1"), "schema", "/data/request_id"),
    ],
)
def test_what_would_be_parked_is_an_error_with_its_place(event: Json | bytes, code: str, pointer: str):
    status, text = checked(an_event(), event, an_event(id="event-3"))

    assert status == 1
    assert ("2", "error", code) in codes(text)
    assert f"{code}: {pointer}" in text
    assert HINTS[code] in text
    assert "2 good, 1 faulty" in text


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (an_event(type="conversation.strated.v1"), "unknown_type"),
        (an_event(type="pet.adopted.v1"), "unknown_type"),
        (an_event(time=None), "no_time"),
        (an_event(time="2026-03-09T18:06:00Z"), "clock_ahead"),
        (an_event(data__message__at="2027-03-01T12:36:00Z"), "clock_ahead"),
        (an_event(data__contact__name="+55 11 98765-4321"), "no_name"),
        (an_event(data__contact__identities=[{"kind": "whatsapp", "value": "1203630@g.us"}]), "not_a_person"),
        (an_event(data__contact__identities=[{"kind": "phone", "value": "12"}]), "unusable_identity"),
        (an_event(data__contact__identities=[{"kind": "pager", "value": "12"}]), "unusable_identity"),
        (an_event(data__contact__identities=[{"kind": "instagram", "value": "178414"}]), "no_scope"),
        (an_event(data__contact=None), "no_identity"),
        (an_event(source="acme main"), "source_form"),
    ],
)
def test_what_is_heard_otherwise_is_a_warning(event: Json, code: str):
    status, text = checked(event)

    assert status == 0
    assert ("1", "warning", code) in codes(text)
    assert HINTS[code] in text


def test_a_conversation_is_nobodys_only_if_no_event_of_it_names_somebody():
    silent = an_event(data__contact=None, data__conversation={"id": "wa-2"}, id="a")
    named = an_event(data__conversation={"id": "wa-2"}, id="b")

    assert "no_identity" in checked(silent)[1]
    assert "no_identity" not in checked(silent, named)[1]
    assert "no_identity" not in checked(named, silent)[1]


def test_a_repeated_event_is_fine_and_another_one_with_its_id_is_lost():
    other = an_event(data__message__preview="something else")

    assert checked(an_event(), an_event()) == (0, "2 events: 2 good, 0 faulty; 1 repeated\n")
    status, text = checked(an_event(), other, an_event(source="/channels/whatsapp/other"))
    assert status == 1
    assert codes(text) == [("2", "error", "other_content")]
    assert "line 1" in text


def test_a_time_that_nobody_reads_harms_nobody():
    unread = {"id": "wa-1", "started_at": "2026-02-28T12:00:60Z"}

    assert checked(an_event(type="conversation.message.v1", data__conversation=unread))[0] == 0


def test_nothing_of_what_people_wrote_is_printed():
    secret = "5511987650000"
    bad = an_event(data__contact__identities=[{"kind": "email", "value": secret}], data__contact__name=secret)

    assert secret not in checked(bad)[1]


def test_of_each_kind_of_fault_some_are_shown_and_all_are_counted():
    status, text = checked(*[b'{"a"'] * 1000)

    assert status == 1
    assert len(codes(text)) == 20
    assert "1,000 errors not_json, 20 of them shown" in text
    assert text.count(HINTS["not_json"]) == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"\x1f\x8b\x08\x00", "{}".encode("utf-16")])
def test_a_file_without_events_or_of_another_kind_is_its_own_answer(content: bytes):
    assert checked(content)[0] == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(tmp_path / "none")]) == 2
    assert "No such file" in capsys.readouterr().err
    assert main([]) == 2
    assert main([""]) == 2


def test_every_schema_is_asked():
    for event_type in SCHEMAS:
        assert checked(an_event(type=event_type, data={}))[0] == 1, event_type


def _many(count: int) -> Iterator[bytes]:
    event = an_event()
    for number in range(count):
        event = copy.copy(event) | {"id": f"event-{number}"}
        yield json.dumps(event).encode() + b"\n"


def test_a_long_file_takes_no_more_memory_than_a_short_one():
    """Over the pipe that people use. The full million is a matter of `CAMPAIGN=full`."""
    count = 1_000_000 if os.environ.get("CAMPAIGN") == "full" else 8_000
    short, long = _peak_of(2_000), _peak_of(count)

    assert long < short + 12 * 1024


def _peak_of(count: int) -> int:
    """Kilobytes that a process took to check as many events."""
    code = (
        "import sys, resource; from services.customers.check_events.__main__ import main; "
        "status = main(['-']); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(status)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    with process, process.stdin:
        process.stdin.writelines(_many(count))
        process.stdin.close()
        *_, summary, peak = process.stdout.read().decode().splitlines()
    assert process.returncode == 0
    assert f"{count:,} events: {count:,} good" in summary
    return int(peak)
