"""What the made-up company sells and agrees on, as events of its shop and its calendar."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .company import TEAM_OF
from .people import Person

SHOP, CALENDAR = "/shops/demo", "/calendars/demo"
CURRENCY = {"pt": "BRL", "es": "EUR", "en": "EUR"}
GOODS = {
    "pt": ("Tênis de corrida", "Mochila", "Livro de receitas"),
    "es": ("Zapatillas de correr", "Mochila", "Libro de cocina"),
    "en": ("Running shoes", "Backpack", "Cookbook"),
}
VISITS = {
    "pt": ("Prova", "Visita à loja", "Conserto"),
    "es": ("Prueba", "Visita a la tienda", "Reparación"),
    "en": ("Fitting", "Visit to the shop", "Repair"),
}


def event(ident: str, source: str, kind: str, *, at: datetime, **data: Any) -> dict[str, Any]:
    """A CloudEvent as a connector writes it; `at` is in UTC."""
    return {
        "specversion": "1.0",
        "id": ident,
        "source": source,
        "type": kind,
        "time": stamp(at),
        "datacontenttype": "application/json",
        "data": data,
    }


def stamp(at: datetime) -> str:
    """As JSON has it."""
    return at.isoformat().replace("+00:00", "Z")


def purchase(ident: str, language: str, rng: random.Random) -> dict[str, Any]:
    """Something bought, in the money of the place."""
    return {
        "id": ident,
        "amount": f"{rng.lognormvariate(4.5, 0.6):.2f}",
        "currency": CURRENCY[language],
        "title": rng.choice(GOODS[language]),
        "team": TEAM_OF[language],
        "channel": "shop",
    }


def appointment(ident: str, language: str, *, today: datetime, rng: random.Random) -> dict[str, Any]:
    """Half an hour on one of the next days."""
    return {
        "id": ident,
        **half_an_hour(today, rng),
        "title": rng.choice(VISITS[language]),
        "team": TEAM_OF[language],
    }


def half_an_hour(today: datetime, rng: random.Random) -> dict[str, str]:
    """A time for an appointment, within a fortnight of that day."""
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight + timedelta(days=rng.randint(1, 14), hours=rng.randint(9, 17))
    return {"starts_at": stamp(begin), "ends_at": stamp(begin + timedelta(minutes=30))}


def of_a_customer(number: int, person: Person, now: datetime, rng: random.Random) -> Iterator[dict[str, Any]]:
    """Some purchases of the last weeks, and for every other customer an appointment that is to come."""
    contact = {"name": person.name, "identities": [{"kind": "phone", "value": person.phone}]}
    for part in range(rng.randint(1, 3)):
        bought = purchase(f"demo-order-{number}-{part}", person.language, rng)
        at = now - timedelta(minutes=rng.randint(60, 60 * 24 * 60))
        yield event(bought["id"], SHOP, "purchase.recorded.v1", at=at, purchase=bought, contact=contact)
    if number % 2:
        visit = appointment(f"demo-visit-{number}", person.language, today=now, rng=rng)
        at = now - timedelta(hours=rng.randint(1, 48))
        yield event(
            visit["id"], CALENDAR, "appointment.scheduled.v1", at=at, appointment=visit, contact=contact
        )
