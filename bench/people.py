"""Made-up customers. Pure and deterministic: the same number is the same person on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from identity import ContactPoint, normalise

# Shares of all customers, from a call centre to a team of two: the largest has 40 %, the smallest 0.1 %.
TEAM_SHARES = (0.40, 0.20, 0.12, 0.08, 0.06, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001)
LARGE_TEAM, MID_TEAM, TINY_TEAM = 0, 5, 11
TAGS = tuple(f"{word} {n}" for n in range(1, 11) for word in ("vip", "lead", "late payer", "newsletter"))
PLANS = ("Bronze", "Silver", "Gold", "Platinum")
_TAG_WEIGHTS = tuple(1 / (rank + 1) for rank in range(len(TAGS)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael "
    "Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Manoel Mateus André Fernando Fábio "
    "Leonardo Gustavo Guilherme Leandro Tiago Anderson Ricardo Márcio Jorge Alexandre Sebastião "
    "Roberto Edson Diego Vítor Sérgio Cláudio Francisca Antônia Adriana Juliana Márcia Fernanda "
    "Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana "
    "Gabriela Vera Vitória Larissa Cláudia Beatriz Luana Rita Sônia Renata Eliane Josefa Simone "
    "Natália Cristiane Carla Débora Rosângela Jaqueline Rosa Daniela Aparecida Marlene Terezinha "
    "Raimunda Andréia Fabiana Lúcia Raquel Ângela Rafaela Joana Luzia Zoé Íris Noêmia Søren Zoë "
    "Łukasz Đorđe Müge Nguyễn "
)
_LAST = _words(
    "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Ribeiro Carvalho Costa "
    "Martins Araújo Almeida Barbosa Rocha Dias Melo Nascimento Cardoso Andrade Moreira Nunes Marques "
    "Machado Mendes Freitas Ramos Gonçalves Teixeira Vieira Moura Cavalcanti Monteiro Batista "
    "Correia Campos Castro Pinto Azevedo Cunha Borges Pires Rezende Duarte Fonseca Tavares Peixoto "
    "Farias Antunes Coelho Guimarães Barros Brito Macedo Müller Schmidt Rossi Nakamura Tanaka "
    "Kowalski Novák García Fernández Nguyễn Öztürk O'Neill Al-Sayed Dąbrowski Ström "
)
_AREA_CODES = (11, 21, 31, 41, 51, 61, 71, 81, 85, 19)
_CHANNELS = ("whatsapp", "instagram", "email", "phone", "webchat")
_BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
_STEP = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Person:
    """One customer as the generator writes it; teams, tags and plan are indexes into the lists above."""

    id: UUID
    name: str
    status: str
    channel: str
    created_at: datetime
    teams: tuple[int, ...]
    tags: tuple[int, ...]
    plan: int | None
    score: int | None
    points: tuple[ContactPoint, ...]
    conversations: tuple[datetime, ...]


def people(count: int, *, first: int = 0) -> Iterator[Person]:
    """`count` people, oldest first, no two with an address in common."""
    return (person(number) for number in range(first, first + count))


def person(number: int) -> Person:
    """The person with this number."""
    dice = random.Random(number)
    created_at = _BEGIN + _STEP * number + timedelta(microseconds=dice.randrange(60_000_000))
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    middle = f" {dice.choice(_LAST)}" if dice.random() < 0.4 else ""
    return Person(
        id=uuid7(created_at, dice),
        name=f"{first}{middle} {last}",
        status=dice.choices(("active", "inactive", "blocked"), (93, 6, 1))[0],
        channel=dice.choices(_CHANNELS, (60, 15, 15, 5, 5))[0],
        created_at=created_at,
        teams=_teams(dice),
        tags=tuple(sorted(set(dice.choices(range(len(TAGS)), _TAG_WEIGHTS, k=dice.choice((0, 0, 1, 2, 4)))))),
        plan=dice.randrange(len(PLANS)) if dice.random() < 0.5 else None,
        score=dice.randrange(1000) if dice.random() < 0.5 else None,
        points=_points(number, first, last, dice),
        conversations=_conversations(created_at, dice),
    )


def _teams(dice: random.Random) -> tuple[int, ...]:
    """One team in most cases, sometimes two; 2 in 100 customers have none."""
    if dice.random() < 0.02:
        return ()
    wanted = 2 if dice.random() < 0.1 else 1
    return tuple(sorted(set(dice.choices(range(len(TEAM_SHARES)), TEAM_SHARES, k=wanted))))


def _points(number: int, first: str, last: str, dice: random.Random) -> tuple[ContactPoint, ...]:
    """The number is part of every address, so no two people share one."""
    line = f"+55{_AREA_CODES[number % 10]}9{80_000_000 + number // 10:08d}"
    points = [normalise("phone", line)]
    if dice.random() < 0.6:
        points.append(normalise("whatsapp", line))
    if dice.random() < 0.7:
        points.append(normalise("email", f"{_ascii(first)}.{_ascii(last)}.{number}@example.com"))
    if dice.random() < 0.1:
        points.append(normalise("instagram", str(17_841_400_000_000_000 + number), scope="acme"))
    return tuple(points)


def _ascii(text: str) -> str:
    return "".join(c for c in text.lower() if c.isascii() and c.isalpha()) or "x"


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
