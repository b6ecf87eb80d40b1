"""Lists of several services read as one: nothing is lost, nothing comes twice, all is in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feeds import after_cursor, merged_page
from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.errors import Invalid

BEGINNING = datetime(2026, 1, 2, tzinfo=UTC)
KINDS = ("conversation", "note")
# Few moments, so that many items share one, with and without microseconds in their spelling.
_moments = st.sampled_from([BEGINNING + timedelta(microseconds=step * 500_000) for step in range(6)])
_streams = st.lists(st.lists(st.tuples(_moments, st.uuids()), max_size=12), min_size=1, max_size=3)


def place(item):
    return parse_rfc3339(item["at"]), UUID(item["id"])


def an_item(at, item_id):
    return {"id": str(item_id), "kind": "note", "at": to_rfc3339(at)}


def page_of(stream, after, limit, *, most):
    """What a service answers; `most`: fewer than asked for, which it may."""
    rest = stream if after is None else [item for item in stream if place(item) < place(after)]
    size = min(limit, most)
    return {"data": rest[:size], "more": len(rest) > size}


def pages(streams, limit, most):
    cursor, more = None, True
    while more:
        after = after_cursor(cursor, KINDS)
        parts = [page_of(stream, after, limit, most=most) for stream in streams]
        page = merged_page(parts, KINDS, limit=limit)
        yield page["data"]
        cursor = page["next"]
        more = cursor is not None


@given(_streams, st.integers(1, 5), st.integers(1, 5))
def test_the_pages_of_merged_streams_are_the_sorted_whole(drawn, limit, most):
    unique = {item_id: (at, number) for number, stream in enumerate(drawn) for at, item_id in stream}
    streams = [
        sorted((an_item(at, item_id) for item_id, (at, n) in unique.items() if n == number), key=place)[::-1]
        for number in range(len(drawn))
    ]
    read = list(pages(streams, limit, most))
    whole = sorted((item for stream in streams for item in stream), key=place, reverse=True)
    assert [item for page in read for item in page] == whole
    assert all(len(page) <= limit for page in read)
    assert all(read[:-1]), "only the last page may be empty"


def test_a_cursor_is_of_its_kinds_in_any_order():
    page = merged_page([{"data": [an_item(BEGINNING, UUID(int=1))], "more": True}], KINDS, limit=1)
    assert after_cursor(page["next"], reversed(KINDS)) == {
        "at": to_rfc3339(BEGINNING),
        "id": str(UUID(int=1)),
    }
    with pytest.raises(Invalid) as refused:
        after_cursor(page["next"], ["note"])
    assert refused.value.payload["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize(
    "cursor", ["x", "é", "bm9uc2Vuc2U", "W10", "WyJub3RlIiwxLDJd", "WyJub3RlIiwiMjAyNiIsIngiXQ", "A" * 2_000]
)
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    with pytest.raises(Invalid):
        after_cursor(cursor, ["note"])
