"""What connectors send: conversation events as CloudEvents. Pure and deterministic."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

SOURCE = "/channels/whatsapp/bench"
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """A message for channel.events."""

    routing_key: str
    body: bytes


def conversation_events(
    count: int, *, known_share: float = 0.7, teams: tuple[str, ...] = (), seed: int = 1, known: int = 0
) -> list[Message]:
    """`count` events of which `known_share` come from somebody who wrote before.

    Half of those continue a conversation, the others start a new one. The first `known` people count as known
    from the start (see `introductions`), so that the share holds from the first event on.
    """
    return list(_Play(known_share=known_share, teams=teams, seed=seed, known=known).events(count))


def introductions(count: int, *, teams: tuple[str, ...] = (), seed: int = 1) -> list[Message]:
    """The first conversation of each of `count` people."""
    play = _Play(known_share=0, teams=teams, seed=seed, known=0)
    return list(play.events(count))


class _Play:
    def __init__(self, *, known_share: float, teams: tuple[str, ...], seed: int, known: int) -> None:
        self._dice = random.Random(f"{seed}:{known}")
        self._seed, self._teams, self._known_share, self._known = seed, teams, known_share, known
        self._latest = list(range(known))  # person → their latest conversation
        self._conversations = known
        self._now = _BEGIN + timedelta(days=seed, seconds=known)

    def events(self, count: int) -> Iterator[Message]:
        for number in range(count):
            self._now += timedelta(milliseconds=700)
            yield self._event(number)

    def _event(self, number: int) -> Message:
        if not self._latest or self._dice.random() >= self._known_share:
            self._latest.append(0)
            return self._started(number, person=len(self._latest) - 1)
        person = self._dice.randrange(len(self._latest))
        if self._dice.random() < 0.5:
            return self._message("conversation.message.v1", number, person)
        return self._started(number, person=person)

    def _started(self, number: int, *, person: int) -> Message:
        self._latest[person] = self._conversations
        self._conversations += 1
        return self._message("conversation.started.v1", number, person)

    def _message(self, type_: str, number: int, person: int) -> Message:
        return conversation_event(
            type_,
            event=f"{self._seed}-{self._known}-{number}",
            person=self._seed * 1_000_000 + person,
            conversation=f"{self._seed}-{self._latest[person]}",
            at=self._now,
            team=self._teams[person % len(self._teams)] if self._teams else None,
        )


def conversation_event(
    type_: str, *, event: str, person: int, conversation: str, at: datetime, team: str | None = None
) -> Message:
    """One event with one message in it. Person 0 writes from +55 11 97000-0000."""
    line = f"55{11 + person // 10_000_000 % 8}97{person % 10_000_000:07d}"
    moment = at.isoformat().replace("+00:00", "Z")
    about: dict[str, object] = {"id": f"wa-{conversation}", "channel": "whatsapp", "started_at": moment}
    if team:
        about["team"] = team
    envelope = {
        "specversion": "1.0",
        "id": f"event-{event}",
        "source": SOURCE,
        "type": type_,
        "time": moment,
        "datacontenttype": "application/json",
        "data": {
            "conversation": about,
            "contact": {
                "name": f"Ana Souza {person}",
                "identities": [{"kind": "whatsapp", "value": f"{line}@s.whatsapp.net"}],
            },
            "message": {
                "id": f"wamid.{event}",
                "direction": "inbound",
                "kind": "text",
                "preview": "Oi, tudo bem? Queria saber do meu pedido.",
            },
        },
    }
    return Message(type_, orjson.dumps(envelope))
