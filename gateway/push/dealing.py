"""Who is told what: pure, once the services have said what a caller of these rights sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.push.news import News
from gateway.push.places import Places
from gateway.push.ring import Numbered, Ring
from gateway.streams import event_of
from servicekit.scope import ADMIN, Scope

MOST_IDS: Final = 500  # that a service is asked about at once
MOST_NEWS: Final = 1_000  # that a stream is told at once
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class View:
    """The rights that callers have in common, so that the services are asked once for all of them."""

    role: str
    teams: frozenset[str]
    user_id: str = _NOBODY

    @property
    def scope(self) -> Scope:
        return Scope(self.user_id, self.role, self.teams)

    def reads(self, team: str | None) -> bool:
        """What belongs to a team (None: to nobody in particular), of a customer that it sees."""
        return team is None or self.role == ADMIN or team in self.teams


@dataclass(frozen=True, slots=True)
class Sight:
    """What a view sees now: of the ids that were asked for, the customers they are part of, and the tasks."""

    customers: Mapping[str, str]
    tasks: frozenset[str] = frozenset()


@dataclass(slots=True)
class Share:
    """What streams that have come as far are told next, and how far they have come then."""

    news: list[Numbered]
    upto: int


@dataclass(slots=True)
class Hand:
    """The shares of one view, by place, and the ids to ask for."""

    shares: dict[int, Share] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)

    @property
    def asks(self) -> bool:
        return bool(self.customers or self.tasks)

    def has_room_for(self, news: News) -> bool:
        return (len(self.customers) < MOST_IDS or news.customer in self.customers) and (
            news.task is None or len(self.tasks) < MOST_IDS or news.task in self.tasks
        )

    def ask_for(self, news: News) -> None:
        if news.customer is not None:
            self.customers.add(news.customer)
        if news.task is not None:
            self.tasks.add(news.task)


def view_of(scope: Scope, responsibles: frozenset[str]) -> View:
    """Tasks of their own are seen by their responsible and author, whatever the teams.

    So whoever is responsible for a task that is told about is asked for by name; so is who has no
    team: of everybody else, an author sees what their teams see.
    """
    alone = scope.user_id in responsibles or (responsibles and not scope.is_admin and not scope.team_ids)
    return View(scope.role, scope.team_ids, scope.user_id if alone else _NOBODY)


def responsibles_in(news: Iterable[Numbered]) -> frozenset[str]:
    """Of the tasks among the news."""
    return frozenset(each.responsible or "" for _, each in news if each.task is not None)


def deal(ring: Ring, places: Iterable[int], types: frozenset[str]) -> Hand:
    """What streams at these places, which want no other types than these, are told next.

    All of it takes one question to each service. Those that have come farthest go first; who is far behind
    takes what room is left, and may have to wait.
    """
    hand = Hand()
    for place in sorted(set(places), reverse=True):
        share = Share([], place)
        for number, news in ring.after(place, MOST_NEWS):
            if news.type in types:
                if not hand.has_room_for(news):
                    break
                hand.ask_for(news)
                share.news.append((number, news))
            share.upto = number
        hand.shares[place] = share
    return hand


def told(share: Share, view: View, sight: Sight, *, types: frozenset[str], places: Places) -> bytes:
    """The events of a share; what happened to the same thing again is told once, as of the last time."""
    latest: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    for number, news in share.news:
        content = _content(news, view, sight) if news.type in types else None
        if content is not None:
            key = content["type"], content["id"]
            latest.pop(key, None)
            latest[key] = number, content
    return b"".join(
        event_of(content["type"], content, number=places.write(number)) for number, content in latest.values()
    )


def _content(news: News, view: View, sight: Sight) -> dict[str, Any] | None:
    """What is said of it to somebody of these rights; None: nothing."""
    root = sight.customers.get(news.customer or "")
    if news.task is not None:
        if news.task not in sight.tasks:
            return None
        return {"type": news.type, "id": news.task} | ({"customer": root} if root else {})
    if root is None or not view.reads(news.team):
        return None
    # A record's own version says nothing of the customer that it is part of now.
    version = {"version": news.version} if news.version is not None and root == news.customer else {}
    return {"type": news.type, "id": root, **version}
