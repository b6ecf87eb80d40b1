"""Made-up customers. Pure and deterministic: the same number is the same person on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from uuid import UUID

from bench.names import falling, name, words
from identity import ContactPoint, normalise

# Shares of all customers, from a call centre to a team of two: of 1,000,000, the largest has 400,000 and the
# smallest 90.
TEAM_SHARES = (
    (0.40, 0.20, 0.12, 0.08, 0.06, 0.05, 0.03, 0.02, 0.01, 0.008)
    + (0.005, 0.003, 0.002, 0.001, 0.0006, 0.0005, 0.0004, 0.0003, 0.0002, 0.00009)
)  # fmt: skip
LARGE_TEAM, MID_TEAM, SMALL_TEAM, TINY_TEAM = 0, 5, 8, len(TEAM_SHARES) - 1
_TAG_WORDS = words("vip lead newsletter partner supplier press wholesale vegan gamer late-payer")
TAGS = tuple(f"{word} {n}" for n in range(1, 201) for word in _TAG_WORDS)
PLANS = words("Free Bronze Silver Gold Platinum Diamond")
INTERESTS = words("Football Music Travel Cooking Books Cinema Hiking Chess Gardening Sailing Opera")
CITIES = words("Florianópolis Uberlândia Curitiba Łódź Zürich Málaga Αθήνα Москва 北京 東京 서울 القاهرة मुंबई")
CHANNELS = words("whatsapp instagram email phone webchat telegram")
ASSIGNEES = 200
_BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
_STEP = timedelta(seconds=90)
_AREA_CODES = (11, 21, 31, 41, 51, 61, 71, 81, 85, 19)
_LOCAL_PARTS = words("maria jose ana silva santos souza lima anna peter info office kim li wang joao costa")
_DOMAINS = tuple(f"{word}{n}.example" for n in range(1, 61) for word in ("mail", "firma", "studio", "shop"))
_PER_TEAM = tuple(accumulate(TEAM_SHARES))
_PER_TAG, _PER_DOMAIN, _PER_INTEREST = falling(len(TAGS)), falling(len(_DOMAINS)), falling(len(INTERESTS))
_PER_ASSIGNEE = falling(ASSIGNEES, offset=5)
_PER_PLAN = (40, 65, 82, 93, 98, 98.5)
_PER_CHANNEL = (58, 73, 87, 94, 99, 100)


@dataclass(frozen=True, slots=True)
class Person:
    """One customer as the generator writes it; teams, tags and options are indexes into the lists above."""

    id: UUID
    name: str
    status: str
    channel: str
    created_at: datetime
    updated_at: datetime
    assignee: int | None
    teams: tuple[int, ...]
    tags: tuple[int, ...]
    plan: int | None
    interests: tuple[int, ...]
    values: dict[str, int | str | bool]  # of the other fields, by the names in rows.FIELDS without "bench_"
    points: tuple[ContactPoint, ...]
    conversations: tuple[datetime, ...]


def people(count: int, *, first: int = 0) -> Iterator[Person]:
    """`count` people, oldest first, no two with an address in common."""
    return (person(number) for number in range(first, first + count))


def person(number: int) -> Person:
    """The person with this number."""
    dice = random.Random(number)
    created_at = _BEGIN + _STEP * number + timedelta(microseconds=dice.randrange(60_000_000))
    return Person(
        id=uuid7(created_at, dice),
        name=name(dice),
        status=dice.choices(("active", "inactive", "blocked"), cum_weights=(93, 99, 100))[0],
        channel=dice.choices(CHANNELS, cum_weights=_PER_CHANNEL)[0],
        created_at=created_at,
        updated_at=created_at + timedelta(minutes=dice.randrange(60 * 24 * 400)),
        assignee=_one_of(ASSIGNEES, _PER_ASSIGNEE, dice) if dice.random() < 0.4 else None,
        teams=_teams(dice),
        tags=_some_of(len(TAGS), _PER_TAG, dice.choice((0, 0, 1, 2, 4)), dice),
        plan=_one_of(len(PLANS), _PER_PLAN, dice) if dice.random() < 0.6 else None,
        interests=_some_of(len(INTERESTS), _PER_INTEREST, 2, dice) if dice.random() < 0.4 else (),
        values=_values(dice),
        points=_points(number, dice),
        conversations=_conversations(created_at, dice),
    )


def _one_of(count: int, weights: tuple[float, ...], dice: random.Random) -> int:
    return dice.choices(range(count), cum_weights=weights)[0]


def _some_of(count: int, weights: tuple[float, ...], wanted: int, dice: random.Random) -> tuple[int, ...]:
    """At most so many, all different."""
    return tuple(sorted(set(dice.choices(range(count), cum_weights=weights, k=wanted))))


def _teams(dice: random.Random) -> tuple[int, ...]:
    """One team in most cases, sometimes two; 2 in 100 customers have none."""
    if dice.random() < 0.02:
        return ()
    return _some_of(len(TEAM_SHARES), _PER_TEAM, 2 if dice.random() < 0.1 else 1, dice)


def _values(dice: random.Random) -> dict[str, int | str | bool]:
    """Each field is filled for some."""
    values: dict[str, int | str | bool] = {}
    if dice.random() < 0.5:
        values["score"] = dice.randrange(1000)
    if dice.random() < 0.4:
        values["birthday"] = (date(1940, 1, 1) + timedelta(days=dice.randrange(25_000))).isoformat()
    if dice.random() < 0.3:
        values["city"] = f"{dice.choice(CITIES)} {dice.randrange(1000)}"
    if dice.random() < 0.25:
        values["terms"] = dice.random() < 0.8
    return values


def _points(number: int, dice: random.Random) -> tuple[ContactPoint, ...]:
    """The number is part of every address, so no two people share one."""
    line = f"+55{_AREA_CODES[number % 10]}9{80_000_000 + number // 10:08d}"
    points = [normalise("phone", line)]
    if dice.random() < 0.6:
        points.append(normalise("whatsapp", line))
    if dice.random() < 0.7:
        domain = dice.choices(_DOMAINS, cum_weights=_PER_DOMAIN)[0]
        local = f"{dice.choice(_LOCAL_PARTS)}.{dice.choice(_LOCAL_PARTS)}{number}"
        points.append(normalise("email", f"{local}@{domain}"))
    if dice.random() < 0.1:
        points.append(normalise("instagram", str(17_841_400_000_000_000 + number), scope="acme"))
    return tuple(points)


def _conversations(created_at: datetime, dice: random.Random) -> tuple[datetime, ...]:
    count = dice.choice((0, 0, 1, 1, 1, 3))
    return tuple(
        sorted(created_at + timedelta(minutes=dice.randrange(1, 60 * 24 * 200)) for _ in range(count))
    )


def uuid7(moment: datetime, dice: random.Random) -> UUID:
    """A UUIDv7 of that moment, its random part from `dice`."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(
        int=milliseconds << 80 | 0x7 << 76 | dice.getrandbits(12) << 64 | 0b10 << 62 | dice.getrandbits(62)
    )
