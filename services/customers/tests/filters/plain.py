"""What a filter means, said once more in plain Python, straight from its JSON: no tree, no spans, no SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from identity import digits_of, line_spellings, normalise
from servicekit.text import folded
from services.customers.filters.domain.calendar import Calendar, days_ago
from services.customers.tests.filters.village import NOW, Person, Village

Json = dict[str, Any]
_SETS = ("tags", "teams", "hobbies")


def holds(node: Json, person: Person, village: Village, zone: ZoneInfo, me: str) -> bool:
    match node:
        case {"and": parts}:
            return all(holds(part, person, village, zone, me) for part in parts)
        case {"or": parts}:
            return any(holds(part, person, village, zone, me) for part in parts)
        case {"not": part}:
            return not holds(part, person, village, zone, me)
    held = values_of(node["field"], person, village)
    return compared(node["op"], held, node.get("value"), Asked(node["field"], village, zone, me))


class Asked:
    """How values of one field compare."""

    def __init__(self, field: str, village: Village, zone: ZoneInfo, me: str) -> None:
        self.field, self.village, self.zone, self.me = field, village, zone, me

    def key(self, value: Any) -> Any:
        """Equal keys, equal values."""
        field = self.field
        if field in ("email", "phone", "whatsapp"):
            return normalise(field, value).identity.value
        if field == "tags":
            names = {id: name for name, id in self.village.tag_ids.items()}
            name = folded(names.get(value, value))
            return "vip" if name == "vip-old" else name
        if field in ("teams", "assignee"):
            return self.me if value == "me" else str(UUID(value))
        if (
            field.removeprefix("custom.") in self.village.options
            and self.village.options[field.removeprefix("custom.")]
        ):
            labels = {id: label for label, id in self.village.options[field.removeprefix("custom.")].items()}
            label = folded(labels.get(value, value))
            return "gold" if label == "ouro velho" else label
        if (
            isinstance(value, str)
            and field.rpartition("_")[2] != "at"
            and field not in ("custom.seen", "custom.birthday")
        ):
            return folded(value)
        return value

    def is_on(self, held: Any, value: Any) -> int:
        """Before, on or after: days by the date on the wall, moments by the clock."""
        if self.field == "custom.birthday" or not isinstance(held, datetime):
            return (held > value) - (held < value)
        if len(value) == 10:
            mine, day = held.astimezone(self.zone).date(), date.fromisoformat(value)
            return (mine > day) - (mine < day)
        moment = datetime.fromisoformat(value)
        return (held > moment) - (held < moment)


def compared(op: str, held: list[Any], value: Any, asked: Asked) -> bool:
    match op:
        case "is_set":
            return bool(held)
        case "is_not_set":
            return not held
        case "ne":
            return not compared("eq", held, value, asked)
        case "not_in" | "none_of":
            return not compared("in", held, value, asked)
        case "in" | "any_of":
            return any(compared("eq", held, each, asked) for each in value)
        case "all_of":
            return all(compared("eq", held, each, asked) for each in value)
        case "between":
            return any(asked.is_on(h, value[0]) >= 0 and asked.is_on(h, value[1]) <= 0 for h in held)
        case "gt" | "gte" | "lt" | "lte":
            signs = {"gt": (1,), "gte": (0, 1), "lt": (-1,), "lte": (-1, 0)}[op]
            return any(asked.is_on(h, value) in signs for h in held)
        case "within_last" | "older_than":
            return any(relative(op, h, value, asked) for h in held)
        case "contains" | "starts_with":
            return any(is_part(op, each, value, asked.field) for each in held)
    if asked.field.rpartition("_")[2] == "at" or asked.field in (
        "custom.seen",
        "custom.birthday",
        "custom.score",
    ):
        return any(asked.is_on(h, value) == 0 for h in held)
    return asked.key(value) in [asked.key(h) for h in held]


def relative(op: str, held: Any, value: Json, asked: Asked) -> bool:
    calendar = Calendar(asked.zone, NOW)
    if asked.field == "custom.birthday":
        start, now = (
            days_ago(calendar.today, value["n"], value["unit"]).isoformat(),
            calendar.today.isoformat(),
        )
    else:
        start, now = calendar.ago(value["n"], value["unit"]), NOW
    return bool(held < start if op == "older_than" else start <= held <= now)


def is_part(op: str, held: str, value: str, field: str) -> bool:
    if field in ("phone", "whatsapp"):
        spellings, part = (
            [digits_of(s) for s in line_spellings(normalise(field, held).identity)],
            digits_of(value),
        )
    elif field == "email":
        local, _, domain = normalise(field, held).value.rpartition("@")
        readable = domain.encode().decode("idna") if "xn--" in domain else domain
        spellings, part = [folded(f"{local}@{domain}"), folded(f"{local}@{readable}")], folded(value)
    else:
        spellings, part = [folded(held)], folded(value)
    return any(s.startswith(part) if op == "starts_with" else part in s for s in spellings)


def values_of(field: str, person: Person, village: Village) -> list[Any]:
    """Everything that the person has there; nothing for an empty field."""
    if field in ("email", "phone", "whatsapp"):
        return [value for kind, value in person.points if kind == field]
    if field == "tags":
        return sorted(person.tags - {"gone"})
    if field == "teams":
        return sorted(person.teams)
    if not field.startswith("custom."):
        value = getattr(person, {"source": "channel"}.get(field, field))
        return [] if value is None else [value]
    value = person.custom.get(field.removeprefix("custom."))
    if field == "custom.seen" and value:
        return [datetime.fromisoformat(value)]
    return value if isinstance(value, list) else [] if value is None else [value]
