"""Which teams a customer may be given, and by whom."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from servicekit.errors import Forbidden, Invalid
from servicekit.problems import Problems


def teams_of_an_agents_customer(wanted: Collection[UUID], *, own: Collection[UUID]) -> frozenset[UUID]:
    """Some of their own teams. Named none: their only one."""
    if not own:
        raise Forbidden("no_team")
    if not frozenset(wanted) <= frozenset(own):
        raise Forbidden("team_forbidden")
    if not wanted and len(own) > 1:
        raise Invalid.at("/teams", "team_required", "you are in several teams: say which")
    return frozenset(wanted or own)


def check_known(
    teams: Collection[UUID], *, known: Collection[str], keep: Collection[UUID] = (), pointer: str = "/teams"
) -> None:
    """Every new team exists; those in `keep` were there before. Raises Invalid `unknown_team`."""
    problems = Problems()
    for position, team in enumerate(teams):
        if str(team) not in known and team not in keep:
            problems.add(f"{pointer}/{position}", "unknown_team", "there is no such team")
    problems.raise_if_any()
