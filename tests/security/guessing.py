"""Ways to find out a phone number, one digit after the other, for somebody who is not shown it.

Each guess names the digits that are known already and one more. If any two of the ten guesses are
answered differently, the next digit is known, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.security.door import Request
from tests.security.known import World
from tests.security.report_requests import preview

Json = dict[str, Any]
_FIELDS = ("phone", "whatsapp", "email")
_ONE = ("eq", "ne", "contains", "starts_with", "gt", "gte", "lt", "lte")
_SEVERAL = ("in", "not_in", "any_of", "all_of", "none_of", "between")
KNOWN_DIGITS = 7  # after the plus


def guesses_kept(phone: str) -> Iterator[Request]:
    """Saved filters of one's own, made while contact data was still shown; one for each digit."""
    for digit in range(10):
        body = {"name": f"{phone[:KNOWN_DIGITS]} {digit}", "filter": _contains(phone, digit)}
        yield Request("create_saved_filter", body=body)


def guesses_shared(world: World, phone: str) -> Iterator[Json]:
    """The same, of an administrator who shares them."""
    for digit in range(10):
        yield {
            "name": f"shared {phone[:KNOWN_DIGITS]} {digit}",
            "filter": {"not": _contains(phone, digit)},
            "shared_with_team": world.teams["1"],
        }


def ways_to_guess(phone: str, digit: int, kept: list[str], shared: list[str]) -> Iterator[Request]:
    """The same ways in the same order for each digit."""
    for condition in _conditions(phone, digit):
        yield Request("list_customers", query={"filter": json.dumps(condition), "include": "total"})
        yield Request("search_customers", body={"filter": condition, "include": ["total"], "limit": 200})
        yield _counted_for_an_action({"filter": condition})
        yield _reported_on({"filter": condition})
    for saved in (kept[digit], shared[digit]):
        yield Request("list_customers", query={"saved_filter": saved, "include": "total"})
        yield Request("search_customers", body={"saved_filter": saved, "q": "a", "include": ["total"]})
        yield _counted_for_an_action({"saved_filter": saved})
        yield _reported_on({"saved_filter": saved})
    for q in (_digits(phone, digit), f"+{_digits(phone, digit)}", f"{_digits(phone, digit)[2:]}"):
        yield Request("list_customers", query={"q": q, "include": "total"})
        yield Request("search_customers", body={"q": q, "include": ["total"], "sort": "name"})
        yield _counted_for_an_action({"q": q})
        yield _reported_on({"q": q})
    for op in ("equals", "contains", "starts_with", "matches"):
        yield _reported_on({}, {"op": op, "value": f"+{_digits(phone, digit)}*", "as": "found"})


def _counted_for_an_action(selection: Json) -> Request:
    body = {"action": "set_status", "status": "active", "selection": selection, "dry_run": True}
    return Request("start_bulk", body=body)


def _reported_on(source: Json, rule: Json | None = None) -> Request:
    """With a rule: who is of its class by their phone."""
    classes = {"subdivision": {"field": "phone", "rules": [rule]}} if rule else {}
    return preview(source, {"groupings": [{"field": "status"}], **classes})


def _conditions(phone: str, digit: int) -> Iterator[Json]:
    guessed = _digits(phone, digit)
    whole = f"+{guessed}{phone[1 + len(guessed) :]}"
    for field in _FIELDS:
        for op in _ONE:
            yield {"field": field, "op": op, "value": whole if op in ("eq", "ne") else guessed}
        for op in _SEVERAL:
            yield {"or": [{"not": {"field": field, "op": op, "value": [whole, "+5511900000000"]}}]}
    vip = {"field": "name", "op": "is_set"}
    yield {"and": [vip, {"not": {"not": _contains(phone, digit)}}]}
    yield {"or": [{"field": "tags", "op": "any_of", "value": ["none"]}, _contains(phone, digit)]}


def _contains(phone: str, digit: int) -> Json:
    return {"field": "phone", "op": "contains", "value": _digits(phone, digit)}


def _digits(phone: str, digit: int) -> str:
    """The digits that are known and the guessed one."""
    return f"{phone[1 : 1 + KNOWN_DIGITS]}{digit}"
