"""What a batch of events says, thing by thing: conversations, appointments, purchases, people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from directory.model import Directory
from services.customers.history.domain.contact import Address
from services.customers.history.domain.heard import Heard, Key
from services.customers.history.domain.parts import Part, fold
from services.customers.history.domain.saying import Message


@dataclass(slots=True)
class Told:
    """All that a batch says of one thing. `first_event` is the id of its first event.

    `requests` are those that it answers, and when. `customer` is whom its events name by id: the first of
    them. `last_interaction` is the latest start, message or purchase that an event told of, each by itself.
    """

    key: Key
    first_event: str
    parts: dict[str, Part] = field(default_factory=dict)
    addresses: dict[tuple[str, str, str], Address] = field(default_factory=dict)  # in the order they came
    messages: dict[str, Message] = field(default_factory=dict)
    requests: list[tuple[str, datetime]] = field(default_factory=list)
    customer: str | None = None
    last_interaction: datetime | None = None


@dataclass(slots=True)
class Batch:
    """`unknown_teams` counts events by the team that they name and their source."""

    things: dict[Key, Told] = field(default_factory=dict)
    unknown_teams: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_users: int = 0


def by_thing(heard: Iterable[Heard], directory: Directory) -> Batch:
    """Folds the events into one account for each thing they are about; teams and users become ids."""
    batch = Batch()
    for each in heard:
        told = batch.things.get(each.about)
        if told is None:
            told = batch.things[each.about] = Told(each.about, each.event[1])
        _add(told, each, _parts(each, directory, batch))
    return batch


def unknown_teams(heard: Iterable[Heard], directory: Directory) -> bool:
    """Whether an event names a team that the directory does not know."""
    names = {each.team for each in heard if each.team}
    return any(directory.find_team(name) is None for name in names)


def _add(told: Told, heard: Heard, parts: dict[str, Part]) -> None:
    told.parts = fold(told.parts, parts) if told.parts else parts
    for address in heard.addresses:
        identity = address.point.identity
        told.addresses.setdefault((address.point.kind, identity.space, identity.value), address)
    if heard.message:
        told.messages.setdefault(heard.message.external_id, heard.message)
    if "request" in parts:
        told.requests.append((parts["request"][1], heard.at))
    told.customer = told.customer or heard.customer
    moment = heard.interaction_at
    if moment is not None and (told.last_interaction is None or moment > told.last_interaction):
        told.last_interaction = moment


def _parts(heard: Heard, directory: Directory, batch: Batch) -> dict[str, Part]:
    parts = dict(heard.parts)
    if heard.team:
        if team := directory.find_team(heard.team):
            parts |= {"team": (heard.clock, team), "teams": ("", [team])}
        else:
            batch.unknown_teams[heard.team, heard.event[0]] += 1
    if parts.get("assignee", ("", None))[1] is not None:
        user = directory.find_user(str(parts["assignee"][1]))
        if user is None:
            batch.unknown_users += 1
            del parts["assignee"]
        else:
            parts["assignee"] = (parts["assignee"][0], user.id)
    return parts
