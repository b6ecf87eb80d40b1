"""What a batch of events says, conversation by conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from directory.model import Directory
from services.customers.history.domain.clock import time_of
from services.customers.history.domain.conversation import Part, fold
from services.customers.history.domain.heard import Address, Heard, Message

Key = tuple[str, str]  # source and the channel's id of the conversation


@dataclass(slots=True)
class Told:
    """All that a batch says of one conversation. `first_event` is the id of its first event."""

    key: Key
    first_event: str
    parts: dict[str, Part] = field(default_factory=dict)
    addresses: dict[tuple[str, str, str], Address] = field(default_factory=dict)  # in the order they came
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def last_interaction(self) -> datetime | None:
        """Its start or its latest message, whichever is later; None if the batch tells of neither."""
        return max(
            (time_of(self.parts[name][0]) for name in ("start", "last") if name in self.parts), default=None
        )


@dataclass(slots=True)
class Batch:
    """`unknown_teams` counts events by the team that they name and their source."""

    conversations: dict[Key, Told] = field(default_factory=dict)
    unknown_teams: Counter[Key] = field(default_factory=Counter)
    unknown_users: int = 0


def by_conversation(heard: Iterable[Heard], directory: Directory) -> Batch:
    """Folds the events into one account for each conversation; teams and users become ids."""
    batch = Batch()
    for each in heard:
        told = batch.conversations.get(each.conversation)
        if told is None:
            told = batch.conversations[each.conversation] = Told(each.conversation, each.event[1])
        parts = _parts(each, directory, batch)
        told.parts = fold(told.parts, parts) if told.parts else parts
        for address in each.addresses:
            identity = address.point.identity
            told.addresses.setdefault((address.point.kind, identity.space, identity.value), address)
        if each.message:
            told.messages.setdefault(each.message.external_id, each.message)
    return batch


def unknown_teams(heard: Iterable[Heard], directory: Directory) -> bool:
    """Whether an event names a team that the directory does not know."""
    names = {each.team for each in heard if each.team}
    return any(directory.find_team(name) is None for name in names)


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
