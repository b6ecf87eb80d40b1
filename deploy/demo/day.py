"""A day of the made-up company, as its channels, its shop and its calendar tell of it.

The same seed and the same end are the same events, with the same ids: played twice, they count once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from . import dealings
from .company import EMAIL, INSTAGRAM, OPENINGS, SOURCES, TEAM_OF
from .people import Person, people

Json = dict[str, Any]

PEOPLE: Final = 2400  # `make run DEMO=1` knows most of them
STORIES: Final = 700
LATE: Final = 0.02
REPEATED: Final = 0.02
BAD_EVERY: Final = 100
# How busy each hour is, in UTC.
BUSY: Final = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 18, 14, 16, 18, 18, 16, 14, 12, 10, 8, 6, 4, 2)
_MAY_BE_LATE: Final = ("conversation.message.v1", "conversation.closed.v1")
_ANSWERS: Final = {
    "pt": ("Olá! Vou verificar.", "Sim, temos em estoque.", "Chega em três dias.", "Pode deixar!"),
    "es": ("¡Hola! Lo compruebo.", "Sí, lo tenemos.", "Llega en tres días.", "¡Hecho!"),
    "en": ("Hello! Let me check.", "Yes, we have it.", "It arrives in three days.", "Done!"),
}


def day(seed: int, until: datetime, *, bad: bool = False) -> Iterator[Json]:
    """What arrives in the 24 hours until then (in UTC), in the order of arrival.

    That is the order of `time`, but for a few that come late or come again. With `bad`, one in a hundred
    cannot be recorded; without, all can.
    """
    rng = random.Random(f"{seed} {until.isoformat()}")
    name = f"day-{seed}-{until:%Y%m%d%H%M}"
    talkers = rng.sample(list(people(PEOPLE)), STORIES)
    arrivals = [
        arrival
        for number, person in enumerate(talkers)
        for arrival in _story(f"{name}-{number}", person, begin=_a_moment(until, rng), rng=rng)
    ]
    arrivals.sort(key=lambda arrival: (arrival[0], arrival[1]["id"]))
    for number, (at, event) in enumerate(arrivals):
        if at >= until:
            return
        yield event
        if bad and number % BAD_EVERY == BAD_EVERY // 2:
            yield _bad(f"{name}-bad-{number}", event, rng)


def _a_moment(until: datetime, rng: random.Random) -> datetime:
    """More likely when the company is busy."""
    hours = [until - timedelta(hours=back) for back in range(24, 0, -1)]
    [hour] = rng.choices(hours, [BUSY[hour.hour] for hour in hours])
    return hour + timedelta(microseconds=rng.randrange(3_600_000_000))


def _story(name: str, person: Person, *, begin: datetime, rng: random.Random) -> list[tuple[datetime, Json]]:
    """One person's day: they write, perhaps buy, perhaps come by, and may write again by e-mail."""
    story = _Story(name, person, begin, rng)
    if rng.random() < 0.15:
        story.writes("instagram", INSTAGRAM, _instagram(person))
    elif person.language == "en":
        story.writes("webchat", SOURCES["en"], _email(person))
    else:
        story.writes("whatsapp", SOURCES[person.language], _whatsapp(person))
    if rng.random() < 0.3:
        story.buys()
    if rng.random() < 0.2:
        story.comes_by()
    if story.identity["kind"] == "whatsapp" and rng.random() < 0.2:
        story.says_who_they_are(_email(person))
        story.later()
        story.writes("email", EMAIL, _email(person))
    return story.arrivals


class _Story:
    """The events of one person, each with the moment at which it arrives."""

    def __init__(self, name: str, person: Person, now: datetime, rng: random.Random) -> None:
        self.arrivals: list[tuple[datetime, Json]] = []
        self.identity: Json = {}
        self._name, self._person, self._now, self._rng = name, person, now, rng
        self._source = ""

    def writes(self, channel: str, source: str, identity: Json) -> None:
        """A conversation in both directions, mostly closed in the end."""
        self.identity, self._source = identity, source
        language, rng = self._person.language, self._rng
        about = {"id": f"{self._name}-{channel}", "channel": channel, "team": TEAM_OF[language]}
        opening = self._message("inbound", rng.choice(OPENINGS[language]))
        self._tell("conversation.started.v1", conversation=about, message=opening)
        for part in range(rng.randint(2, 7)):
            direction, texts = ("inbound", OPENINGS) if part % 2 else ("outbound", _ANSWERS)
            message = self._message(direction, rng.choice(texts[language]))
            self._tell("conversation.message.v1", conversation=about, message=message)
        if rng.random() < 0.15:
            self._tell("conversation.assigned.v1", conversation=about, assignee=None)
        if rng.random() < 0.8:
            self._tell("conversation.closed.v1", conversation=about)

    def buys(self) -> None:
        """A purchase, now and then changed or taken back."""
        self._source = dealings.SHOP
        bought = dealings.purchase(f"{self._name}-order", self._person.language, self._rng)
        self._tell("purchase.recorded.v1", purchase=bought)
        fate = self._rng.random()
        if fate < 0.15:
            less = f"{float(bought['amount']) * 0.9:.2f}"
            self._tell("purchase.changed.v1", purchase={"id": bought["id"], "amount": less})
        elif fate < 0.25:
            self._tell("purchase.cancelled.v1", purchase={"id": bought["id"]})

    def comes_by(self) -> None:
        """An appointment, now and then moved or cancelled."""
        self._source = dealings.CALENDAR
        language, rng = self._person.language, self._rng
        visit = dealings.appointment(f"{self._name}-visit", language, today=self._now, rng=rng)
        self._tell("appointment.scheduled.v1", appointment=visit)
        fate = rng.random()
        if fate < 0.25:
            moved = {"id": visit["id"], **dealings.half_an_hour(self._now, rng)}
            self._tell("appointment.changed.v1", appointment=moved)
        elif fate < 0.4:
            self._tell("appointment.cancelled.v1", appointment={"id": visit["id"]})

    def says_who_they_are(self, other: Json) -> None:
        """From now on they are known by the other address, too."""
        self._source = SOURCES[self._person.language]
        contact = {"name": self._person.name, "identities": [self.identity, other]}
        self._tell("contact.identified.v1", contact=contact)

    def later(self) -> None:
        """An hour or a few pass."""
        self._now += timedelta(minutes=self._rng.uniform(60, 240))

    def _message(self, direction: str, preview: str) -> Json:
        return {
            "id": f"{self._name}-m{len(self.arrivals)}",
            "direction": direction,
            "kind": "text",
            "preview": preview,
        }

    def _tell(self, kind: str, **data: Any) -> None:
        rng = self._rng
        contact = {"name": self._person.name, "identities": [self.identity]}
        ident = f"{self._name}-{len(self.arrivals)}"
        event = dealings.event(ident, self._source, kind, at=self._now, **{"contact": contact, **data})
        late = kind in _MAY_BE_LATE and rng.random() < LATE
        arrives = self._now + timedelta(minutes=rng.uniform(5, 40) if late else 0)
        self.arrivals.append((arrives, event))
        if rng.random() < REPEATED:
            self.arrivals.append((arrives + timedelta(seconds=rng.uniform(1, 600)), event))
        self._now += timedelta(minutes=rng.expovariate(1 / 3) + 0.05)


def _bad(ident: str, near: Json, rng: random.Random) -> Json:
    """What cannot be recorded, for one reason or another, at about the time of another event."""
    at, source = datetime.fromisoformat(near["time"]), near["source"]
    fault = rng.choice(("version", "nobody", "amount"))
    if fault == "version":
        return dealings.event(ident, source, "conversation.started.v9", at=at, **near["data"])
    if fault == "nobody":
        return dealings.event(ident, source, "conversation.closed.v1", at=at, conversation={"id": ident})
    unpriced = {"id": ident, "amount": "free", "currency": "EUR"}
    return dealings.event(ident, dealings.SHOP, "purchase.recorded.v1", at=at, purchase=unpriced)


def _whatsapp(person: Person) -> Json:
    return {"kind": "whatsapp", "value": person.phone[1:] + "@s.whatsapp.net"}


def _email(person: Person) -> Json:
    return {"kind": "email", "value": person.email}


def _instagram(person: Person) -> Json:
    """An id as the platform issues it, unique for the account that it was issued to."""
    return {"kind": "instagram", "value": "1784" + person.phone[1:], "scope": "demo"}
