"""Who may have a file that was made with somebody's rights."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from directory.file_rights import Rights
from servicekit.scope import Scope

rights = st.builds(Rights, st.booleans(), st.frozensets(st.sampled_from("abc")), st.booleans())


def test_an_agent_who_left_a_team_gets_no_file_that_was_made_with_it() -> None:
    made = Rights(everybody=False, teams=frozenset({"sales", "care"}), masked=False)
    assert made.reach(made)
    assert not Rights(everybody=False, teams=frozenset({"sales"}), masked=False).reach(made)


def test_whoever_sees_no_contact_data_gets_no_file_of_who_did() -> None:
    seen = Rights(everybody=True, teams=frozenset(), masked=False)
    assert not Rights(everybody=True, teams=frozenset(), masked=True).reach(seen)
    assert seen.reach(Rights(everybody=True, teams=frozenset(), masked=True))


def test_an_administrator_gets_whatever_an_agent_made_and_not_the_other_way_round() -> None:
    agent = Rights.of(Scope("u", "agent", frozenset({"sales"})), masked=False)
    administrator = Rights.of(Scope("a", "admin"), masked=False)
    assert administrator.reach(agent)
    assert not agent.reach(administrator)


@given(rights, rights, rights)
def test_a_file_made_with_two_rights_is_for_who_may_have_both(one: Rights, other: Rights, mine: Rights):
    assert mine.reach(one.with_those(other)) == (mine.reach(one) and mine.reach(other))


@given(rights)
def test_what_is_kept_is_what_was_given(given: Rights):
    assert Rights.load(given.dump()) == given
