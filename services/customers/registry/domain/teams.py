"""Which teams a customer may be given, and by whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from servicekit.errors import Forbidden, Invalid
from servicekit.problems import Problems
from services.customers.merging.domain.folded import Folded, only, teams, with_teams


def teams_of_an_agents_customer(wanted: Collection[UUID], *, own: Collection[UUID]) -> frozenset[UUID]:
    """Some of their own teams. Named none: their only one."""
    if not own:
        raise Forbidden("no_team")
    if not frozenset(wanted) <= frozenset(own):
        raise Forbidden("team_forbidden")
    if not wanted and len(own) > 1:
        raise Invalid.at("/teams", "team_required", "you are in several teams: say which")
    return frozenset(wanted or own)


def folded_after_move(
    folded: Folded | None, team: str, *, to: str | None, held: Collection[str]
) -> dict[str, Any] | None:
    """What merges brought into a row that `held` these teams, after one of them went to another team or to
    none: that one came in the same way, unless the row has it by itself."""
    came = set(teams(folded))
    if team not in came:
        came.discard(str(to))
    elif to is None or to in held:
        came.remove(team)
    else:
        came = came - {team} | {to}
    return with_teams(only(folded, teams=came), came) or None


def check_known(
    wanted: Collection[UUID], *, known: Collection[str], keep: Collection[UUID] = (), pointer: str = "/teams"
) -> None:
    """Every new team exists; those in `keep` were there before. Raises Invalid `unknown_team`."""
    problems = Problems()
    for position, team in enumerate(wanted):
        if str(team) not in known and team not in keep:
            problems.add(f"{pointer}/{position}", "unknown_team", "there is no such team")
    problems.raise_if_any()
