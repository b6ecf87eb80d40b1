"""What the made-up company is made of, as requests of the public API."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from .people import Person

TEAMS = ("Vendas São Paulo", "Ventas Madrid", "Support London")
TEAM_OF = dict(zip(("pt", "es", "en"), TEAMS, strict=True))
AGENTS = (
    ("Carla Mendes", TEAMS[:1]),
    ("Rui Barbosa", TEAMS[:1]),
    ("Lucía Ferrer", TEAMS[1:2]),
    ("Pablo Ruiz", TEAMS[1:2]),
    ("Emma Clarke", TEAMS[2:]),
    ("Marta Duarte", TEAMS[:2]),
)
TAGS = ("vip", "lead", "newsletter", "wholesale", "late payer", "fiel", "recomendado", "black friday")
FIELDS: tuple[dict[str, Any], ...] = (
    {"key": "plan", "label": "Plan", "type": "select", "options": ["Bronze", "Silver", "Gold"]},
    {
        "key": "interests",
        "label": "Interests",
        "type": "multiselect",
        "options": ["Shoes", "Books", "Garden", "Music"],
    },
    {"key": "city", "label": "City", "type": "text"},
    {"key": "birthday", "label": "Birthday", "type": "date"},
    {"key": "lifetime_value", "label": "Lifetime value", "type": "number"},
    {"key": "reason", "label": "Reason for not buying", "type": "text"},
)
# What people typed for one reason; the first is what it is called.
REASONS = (
    ("Too expensive", "too  expensive!", "Expensive, too", "Caro demais", "caro demais", "Demasiado caro"),
    ("No time", "no time", "Sem tempo", "Sin tiempo"),
    ("Bought elsewhere", "bought elsewhere.", "Comprou em outro lugar"),
    ("Not what they looked for",),
)
CHANNELS = {"pt": "whatsapp", "es": "whatsapp", "en": "webchat"}
SOURCES = {language: f"/channels/{channel}/demo-{language}" for language, channel in CHANNELS.items()}
INSTAGRAM, EMAIL = "/channels/instagram/demo", "/channels/email/demo"
# All that the company writes on.
ACCOUNTS = (*SOURCES.values(), INSTAGRAM, EMAIL)
OPENINGS = {
    "pt": ("Oi! Ainda tem esse modelo?", "Bom dia, qual o prazo de entrega?", "Quero trocar o meu pedido."),
    "es": (
        "¡Hola! ¿Tienen este modelo?",
        "Buenos días, ¿cuánto tarda el envío?",
        "Quiero cambiar mi pedido.",
    ),
    "en": (
        "Hi! Is this still in stock?",
        "Good morning, when will it ship?",
        "I would like to exchange my order.",
    ),
}
NOTES = {
    "pt": "Prefere falar de manhã.",
    "es": "Prefiere que le escriban por la tarde.",
    "en": "Prefers to be called.",
}
TASKS = {"pt": "Ligar de volta", "es": "Enviar el presupuesto", "en": "Send the invoice again"}


def customer(person: Person, team_id: str, rng: random.Random) -> dict[str, Any]:
    """The body of a creation."""
    custom: dict[str, Any] = {
        "city": person.city,
        "plan": rng.choices(["Bronze", "Silver", "Gold"], [6, 3, 1])[0],
    }
    if rng.random() < 0.4:
        custom["birthday"] = f"{rng.randint(1950, 2005)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if rng.random() < 0.5:
        custom["lifetime_value"] = round(rng.lognormvariate(5, 1), 2)
    if rng.random() < 0.3:
        custom["interests"] = rng.sample(["Shoes", "Books", "Garden", "Music"], rng.randint(1, 3))
    body = {"name": person.name, "phone": person.phone, "teams": [team_id], "custom": custom}
    # Whoever writes by web chat is known by the e-mail.
    if rng.random() < 0.7 or CHANNELS[person.language] == "webchat":
        body["email"] = person.email
    if rng.random() < 0.6:
        body["tags"] = rng.sample(TAGS, rng.randint(1, 3))
    return body | _lost(person, custom)


def _lost(person: Person, custom: dict[str, Any]) -> dict[str, Any]:
    """Some did not buy, and somebody wrote down why."""
    own = random.Random(person.phone)
    if own.random() > 0.2:
        return {}
    reason = own.choice(own.choices(REASONS, [5, 3, 2, 1])[0])
    return {"status": own.choice(("active", "inactive", "inactive")), "custom": {**custom, "reason": reason}}


def lookalike(body: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A possible duplicate: the same person written down again, with a slip and another mailbox."""
    name = body["name"].replace("ã", "a").replace("é", "e").replace("í", "i")
    first, _, rest = name.partition(" ")
    spelt = rng.choice([name, f"{rest} {first}", f"{first[0]}. {rest}", f"{first} {rest.split()[0]}"])
    mailbox = body["email"].partition("@")[0]
    return {"name": spelt, "teams": body["teams"], "email": f"{mailbox}@example.org"}


def conversation(number: int, person: Person, now: datetime, rng: random.Random) -> Iterator[dict[str, Any]]:
    """The events of one conversation, as its connector would publish them."""
    channel, start = CHANNELS[person.language], now - timedelta(minutes=rng.randint(30, 90 * 24 * 60))
    source, ident = SOURCES[person.language], f"demo-{number}"
    identity = {"kind": "whatsapp", "value": person.phone[1:] + "@s.whatsapp.net"}
    if channel == "webchat":
        identity = {"kind": "email", "value": person.email}
    about = {"id": ident, "channel": channel, "team": TEAM_OF[person.language]}
    contact = {"name": person.name, "identities": [identity]}

    def event(kind: str, part: int, **data: Any) -> dict[str, Any]:
        at = (start + timedelta(minutes=part * 2)).isoformat().replace("+00:00", "Z")
        return {
            "specversion": "1.0",
            "id": f"demo-{number}-{part}",
            "source": source,
            "type": f"conversation.{kind}.v1",
            "time": at,
            "datacontenttype": "application/json",
            "data": {"conversation": about, "contact": contact, **data},
        }

    opening = rng.choice(OPENINGS[person.language])
    yield event("started", 0, message=_message(number, 0, "inbound", opening))
    for part in range(1, rng.randint(1, 5)):
        direction = "outbound" if part % 2 else "inbound"
        yield event(
            "message", part, message=_message(number, part, direction, rng.choice(OPENINGS[person.language]))
        )
    if rng.random() < 0.6:
        yield event("closed", 9)


def _message(number: int, part: int, direction: str, preview: str) -> dict[str, Any]:
    return {"id": f"demo-{number}-m{part}", "direction": direction, "kind": "text", "preview": preview}


def now() -> datetime:
    """The moment the company is loaded."""
    return datetime.now(UTC)
