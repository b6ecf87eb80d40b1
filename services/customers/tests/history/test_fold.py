"""What is known of a conversation does not depend on the order in which it was told, nor on how often."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from directory.model import Directory, Team, User
from services.customers.history.domain.batch import by_thing
from services.customers.history.domain.heard import read
from services.customers.history.domain.parts import fold, happens_at, in_team, last_message_at, value
from services.customers.tests.history.told import NOON, SOURCE, an_event, minutes

SALES, SUPPORT = "018f2a54-0000-7000-8000-000000000001", "018f2a54-0000-7000-8000-000000000002"
BIA, CAIO = "018f2a54-0000-7000-8000-00000000000b", "018f2a54-0000-7000-8000-00000000000c"
DIRECTORY = Directory.of(
    revision=1,
    teams=[Team(SALES, "Vendas"), Team(SUPPORT, "Suporte")],
    users=[User(u, "x", "agent", True, frozenset()) for u in (BIA, CAIO)],
)

events = st.builds(
    an_event,
    st.sampled_from(["started", "message", "assigned", "closed"]),
    at=st.integers(0, 6).map(minutes),
    name=st.sampled_from([None, "Ana", "Ana Souza", "+55 11 98765-4321"]),
    team=st.sampled_from([None, "vendas", SUPPORT, "Nobody's"]),
    url=st.sampled_from([None, "https://example.com/1"]),
    message=st.fixed_dictionaries(
        {"direction": st.just("inbound"), "preview": st.sampled_from(["a", "b"])},
        optional={"at": st.integers(0, 6).map(lambda n: minutes(n).isoformat())},
    ),
    assignee=st.sampled_from([None, {"id": BIA}, {"id": CAIO}, {"id": "nobody"}]),
    event_id=st.uuids().map(str),
)


def heard(event):
    return read(
        event.type,
        event.data,
        event=event.key,
        at=event.time,
        received=NOON + timedelta(days=1),
        default_region="BR",
    )


def known_after(batches, *, fallback=None):
    """The parts of the one conversation after these batches, as recording builds them."""
    known = {}
    for batch in batches:
        told = by_thing(map(heard, batch), DIRECTORY).things[SOURCE, "wa-1", "conversation"]
        known = in_team(fold(known, told.parts), fallback)
    return known


@given(st.data(), st.lists(events, min_size=1, max_size=8))
def test_any_order_any_repetition_and_any_batches_come_to_the_same(data, told):
    shuffled = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told)))))
    cut = data.draw(st.integers(1, len(shuffled)))
    batches = [batch for batch in (shuffled[:cut], shuffled[cut:]) if batch]
    assert known_after(batches) == known_after([told])


@given(st.data(), st.lists(events, min_size=1, max_size=6))
def test_whoever_names_a_team_beats_the_fallback_in_any_order(data, told):
    shuffled = data.draw(st.permutations(told))
    known = known_after([[each] for each in shuffled], fallback=SALES)
    named = known_after([told])
    assert value(known, "team") == (value(named, "team") or SALES)


def test_the_latest_assignment_and_status_hold_and_the_first_name():
    known = known_after(
        [
            [an_event("assigned", at=minutes(5), assignee={"id": CAIO}, name="Ana Souza")],
            [an_event("closed", at=minutes(9))],
            [an_event("assigned", at=minutes(2), assignee={"id": BIA}, name="Ana")],
            [an_event("started", at=minutes(1), started_at=minutes(-3).isoformat())],
        ]
    )
    assert (value(known, "assignee"), value(known, "status"), value(known, "name")) == (CAIO, "closed", "Ana")
    assert happens_at(known) == minutes(-3)


def test_a_conversation_began_with_the_first_that_was_heard_until_somebody_says_when():
    late, early = an_event("closed", at=minutes(9)), an_event("assigned", at=minutes(4), assignee=None)
    assert happens_at(known_after([[late], [early]])) == minutes(4)


def test_the_last_preview_is_that_of_the_latest_message():
    def said(preview, at):
        return an_event("message", at=minutes(at), message={"direction": "inbound", "preview": preview})

    known = known_after([[said("second", 2), said("third", 3), said("first", 1)]])
    assert (value(known, "last"), last_message_at(known)) == ("third", minutes(3))


def test_an_unknown_user_assigns_nobody():
    assert "assignee" not in known_after([[an_event("assigned", assignee={"id": "nobody"})]])
