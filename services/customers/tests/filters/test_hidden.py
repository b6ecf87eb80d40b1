"""Whoever gets no contact data cannot find it out by asking whom it fits: every guess has the same answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from servicekit.errors import ServiceError
from services.customers.filters.domain.catalogue import CONTACT_FIELDS, OPS
from services.customers.tests.world import World

Json = dict[str, Any]
Guess = Callable[[str], Any]
SECRET = "+5511987654321"
GUESSES = ("551197", "551198", "551199")
ENOUGH = 10


def ways_to_guess(world: World, scope: Json, shared: dict[str, str]) -> Iterator[Guess]:
    """Each asks something about a number that begins with the digits it is given."""
    find, keep = world.service.list_customers, world.service.create_saved_filter
    for condition in _conditions():
        yield lambda digits, c=condition: find(scope, filter={"not": c(digits)}, include_total=True)
        yield lambda digits, c=condition: keep(scope, {"name": digits, "filter": c(digits)})
    yield lambda digits: find(scope, q=digits, include_total=True)
    yield lambda digits: find(scope, q=f"+{digits}", sort="name")
    yield lambda digits: find(scope, saved_filter=shared[digits], include_total=True)
    for sort in ("phone", "-whatsapp", "email", "contact_points"):
        yield lambda digits, s=sort: find(scope, sort=s, q=digits)


def _conditions() -> Iterator[Callable[[str], Json]]:
    for field in sorted(CONTACT_FIELDS):
        for op in sorted({op for ops in OPS.values() for op in ops}):
            yield lambda digits, f=field, o=op: {"field": f, "op": o, "value": digits}
            yield lambda digits, f=field, o=op: {"field": f, "op": o, "value": [_whole(digits)]}
            yield lambda digits, f=field, o=op: {"or": [{"field": f, "op": o, "value": _whole(digits)}]}


def _whole(digits: str) -> str:
    """The secret number, if the guess is right."""
    return f"+{digits}{SECRET[1 + len(digits) :]}"


def told(guess: Guess, digits: str) -> str:
    """The answer in full, without what was guessed."""
    try:
        answer = guess(digits)
    except ServiceError as error:
        answer = error.args
    return str({**answer, "id": 0, "created_at": 0, "updated_at": 0} if "id" in answer else answer).replace(
        digits, "…"
    )


def helpful(world: World, scope: Json, shared: dict[str, str]) -> Iterator[Guess]:
    """The ways by which the right guess is told from the wrong ones."""
    for guess in ways_to_guess(world, scope, shared):
        if len({told(guess, digits) for digits in GUESSES}) > 1:
            yield guess
        world.run("DELETE FROM saved_filter WHERE owner_id = CAST(:user AS uuid)", user=scope["user_id"])


def test_a_hidden_number_cannot_be_found_out_digit_by_digit(world: World) -> None:
    agent, sales = world.agent("ana", "sales"), world.team("sales")
    world.create(agent, name="Maria", phone=SECRET, whatsapp=SECRET, email="551198@example.com")
    shared = {}
    for digits in GUESSES:
        data = {"name": digits, "filter": {"field": "phone", "op": "contains", "value": digits}}
        made = world.service.create_saved_filter(world.admin, {**data, "shared_with_team": sales})
        shared[digits] = made["id"]
    some = list(islice(helpful(world, agent, shared), ENOUGH))
    assert len(some) == ENOUGH, "the control: while it is shown, guessing helps"
    world.set(hide_contact_data=True)
    assert list(helpful(world, agent, shared)) == []
