"""Any file of events falls into the bytes of single events, each with the line it begins in."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest

from servicekit.events.cloudevent import MAX_BODY
from services.customers.check_events.pieces import Unreadable, pieces

EVENTS = [{"n": n, "text": 'a "quoted" ] } , \\ brace {', "list": [1, {"deep": []}]} for n in range(3)]


def cut(content: bytes) -> list[tuple[int, bytes]]:
    return [(piece.line, piece.body) for piece in pieces(io.BytesIO(content))]


def parsed(content: bytes) -> list[object]:
    return [json.loads(body) for _, body in cut(content)]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(map(json.dumps, EVENTS)),
        "\r\n\r\n".join(map(json.dumps, EVENTS)) + "\r\n",
        json.dumps(EVENTS),
        json.dumps(EVENTS, separators=(",", ":")),
        json.dumps(EVENTS, indent=2),
        "\n\n".join(json.dumps(event, indent=2) for event in EVENTS),
        "\ufeff" + "\n".join(map(json.dumps, EVENTS)),
        "\ufeff \n" + json.dumps(EVENTS, indent=1),
        "[\n" + ",\n".join(map(json.dumps, EVENTS)) + "\n]\n",
    ],
)
def test_every_form_of_a_file_has_the_same_events(content: str):
    assert parsed(content.encode()) == EVENTS


def test_one_event_over_many_lines_is_one_event():
    assert parsed(json.dumps(EVENTS[0], indent=4).encode()) == EVENTS[:1]


def test_events_are_where_they_begin():
    lines = b'\n{"a": 1}\n\n  {"a": 2}\n'
    array = b'[\n  {"a":\n 1},\n\n  {"a": 2}]'

    assert [line for line, _ in cut(lines)] == [2, 4]
    assert [line for line, _ in cut(array)] == [2, 5]


def test_a_broken_line_is_one_piece_and_those_after_it_are_whole():
    assert cut(b'{"a": "b\n{"a": 1}\n}\n[1]\n') == [
        (1, b'{"a": "b'),
        (2, b'{"a": 1}'),
        (3, b"}"),
        (4, b"[1]"),
    ]


def test_what_is_no_object_in_an_array_is_a_piece_too():
    assert cut(b'[1, "x,]", {"a": 1}, null]') == [(1, b"1"), (1, b'"x,]"'), (1, b'{"a": 1}'), (1, b"null")]


@pytest.mark.parametrize("content", [b"", b" \n\n", b"[]", b"[ \n ]", b"\xef\xbb\xbf"])
def test_a_file_without_events_has_none(content: bytes):
    assert cut(content) == []


@pytest.mark.parametrize("content", ["{}".encode("utf-16"), b"\x1f\x8b\x08", b"PK\x03\x04", b"\x00{}"])
def test_a_file_that_is_something_else_is_refused(content: bytes):
    with pytest.raises(Unreadable):
        cut(content)


@pytest.mark.parametrize("around", ["%s", "[%s]"])
def test_chunks_of_any_size_make_the_same_pieces(monkeypatch: pytest.MonkeyPatch, around: str):
    content = (around % (",\n" if around == "[%s]" else "\n").join(map(json.dumps, EVENTS))).encode()
    whole = cut(content)
    for size in range(1, 40):
        monkeypatch.setattr("services.customers.check_events.pieces._CHUNK", size)
        assert cut(content) == whole


@pytest.mark.parametrize("begin", [b'{"a": "', b'[{"a": "', b"[" * 200_000])
def test_what_is_too_long_is_counted_and_not_kept(begin: bytes):
    file = io.BytesIO(begin + b"x" * 20_000_000)
    tracemalloc.start()
    [piece] = pieces(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert piece.size > 20_000_000
    assert len(piece.body) <= MAX_BODY + 1
    assert peak < 8 * MAX_BODY
