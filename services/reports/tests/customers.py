"""The customers service as reports meet it: some people, in memory. Its answers have the form of
contracts/customers/rpc."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from servicekit.errors import Conflict, Invalid
from servicekit.ids import new_id
from servicekit.packed import pack_lists
from servicekit.text import folded

Json = dict[str, Any]
TYPES: Final = {
    "status": "status",
    "tags": "tags",
    "email": "text",
    "created_at": "datetime",
    "custom.plan": "select",
    "custom.reason": "text",
    "custom.value": "number",
}
LABELS: Final = {
    "status": "Status",
    "tags": "Tags",
    "email": "E-mail",
    "created_at": "Created",
    "custom.plan": "Plan",
    "custom.reason": "Reason",
    "custom.value": "Value",
}
_KINDS: Final = {"tags": "list", "number": "number", "datetime": "date"}
_CONTACT: Final = frozenset({"email"})


@dataclass(slots=True)
class Person:
    """A customer. What is not said is empty."""

    values: Json
    teams: frozenset[str] = frozenset()
    id: str = field(default_factory=lambda: str(new_id()))


class Customers:
    """`options` are those of the select field, by their ids."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.options = {str(new_id()): "Gold", str(new_id()): "Silver"}
        self.fields = dict(TYPES)
        self.archived: set[str] = set()
        self.tag_ids: dict[str, str] = {}  # by name
        self.saved_filters: dict[str, Json] = {}
        self.masked = False
        self.most_groups = 50_000
        self.calls: list[tuple[str, Json]] = []
        self.meanwhile: list[Callable[[], object]] = []  # what happens before the next count

    def add(self, *teams: str, **values: Any) -> Person:
        """`plan`, `reason` and `value` are fields of theirs."""
        own = {"plan": "custom.plan", "reason": "custom.reason", "value": "custom.value"}
        person = Person({own.get(key, key): value for key, value in values.items()}, frozenset(teams))
        self.people.append(person)
        return person

    def option(self, label: str) -> str:
        return next(each for each, called in self.options.items() if called == label)

    def call(self, method: str, scope: Json, *args: Any, deadline: float, **more: Any) -> Any:
        self.calls.append((method, more))
        return getattr(self, f"_{method}")(scope, *args, **more)

    def _report_facts(self, scope: Json) -> Json:
        masked = self._is_masked(scope)
        fields = [self._fact(name) for name in self.fields if not (masked and name in _CONTACT)]
        return {"fields": fields, "masked": masked, "time_zone": "America/Sao_Paulo", "role": scope["role"]}

    def _fact(self, name: str) -> Json:
        fact: Json = {
            "field": name,
            "label": LABELS.get(name, name),
            "type": self.fields[name],
            "contact": name in _CONTACT,
        }
        if name in self.archived:
            fact["archived"] = True
        if self.fields[name] == "select":
            options = self.options.items()
            fact["options"] = [{"id": key, "label": label, "archived": False} for key, label in options]
        return fact

    def _aggregate(
        self,
        scope: Json,
        selection: Json,
        fields: list[Json],
        measure: str | None = None,
        time_zone: str | None = None,
        form: str | None = None,
        after: str | None = None,
        upto: str | None = None,
        size: int | None = None,
        as_of: str | None = None,
        frozen: bool = False,
    ) -> Json:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        seen = sorted(self._seen(scope), key=lambda person: person.id)
        seen = [each for each in seen if (not after or each.id > after) and (not upto or each.id <= upto)]
        following = seen[size - 1].id if size and len(seen) > size else None
        told = selection if frozen else self._frozen(selection)
        chosen = [each for each in seen[:size] if self._is_chosen(each, told)]
        for n, each in enumerate(fields):
            if self._is_masked(scope) and each["field"] in _CONTACT:
                raise Invalid.at(f"/fields/{n}/field", "field_hidden", "contact data is hidden from you")
        if len(chosen) > self.most_groups:
            raise Invalid.at("/fields", "too_many_groups", "this makes too many groups")
        return {
            "frame": self._frame(chosen, fields, measure),
            "next": following,
            "masked": self._is_masked(scope),
            "warnings": [],
            "as_of": as_of or "2026-11-22T12:00:00Z",
            **({"selection": selection if frozen else self._frozen(selection)} if size else {}),
        }

    def _frame(self, chosen: list[Person], fields: list[Json], measure: str | None) -> Json:
        return {
            "rows": len(chosen),
            "columns": [self._column(chosen, each["field"]) for each in fields],
            "weights": [1] * len(chosen),
            "measure": measure and _measured(measure, [each.values.get(measure) for each in chosen]),
        }

    def _column(self, chosen: list[Person], name: str) -> Json:
        several, numbered = self.fields[name] == "tags", {}

        def code(value: Any) -> int:
            return int(numbered.setdefault(value, len(numbered)))

        had = [self._value(each, name) for each in chosen]
        codes: Any = (
            pack_lists([[code(value) for value in values or ()] for values in had])
            if several
            else [-1 if value is None else code(value) for value in had]
        )
        return {
            "field": name,
            "label": LABELS.get(name, name),
            "type": _KINDS.get(self.fields[name], "text"),
            "several": several,
            "values": list(numbered),
            "codes": codes,
        }

    def _value(self, person: Person, name: str) -> Any:
        value = person.values.get(name)
        return self.options.get(value, value) if self.fields[name] == "select" else value

    def _visible_bits(self, scope: Json, ids: str) -> Json:
        raw, seen = base64.b64decode(ids), {each.id for each in self._seen(scope)}
        asked = [str(UUID(bytes=raw[at : at + 16])) for at in range(0, len(raw), 16)]
        bits = bytearray((len(asked) + 7) // 8)
        for n, each in enumerate(asked):
            bits[n // 8] |= (each in seen) << (7 - n % 8)
        return {"bits": base64.b64encode(bytes(bits)).decode()}

    def _list_tags(self, scope: Json, *, limit: int, cursor: str | None = None, q: str | None = None) -> Json:
        tags = {tag for each in self._seen(scope) for tag in each.values.get("tags") or ()}
        named = sorted(tag for tag in tags if (q or "") in tag.lower())
        ids = [self.tag_ids.setdefault(tag, str(new_id())) for tag in named]
        begin = int(cursor or 0)
        page = [{"id": id, "name": tag} for id, tag in zip(ids, named, strict=True)][begin : begin + limit]
        return {"data": page, "next": str(begin + limit) if begin + limit < len(named) else None}

    def tag(self, name: str) -> str:
        """Its id; one that nobody has yet is made."""
        return self.tag_ids.setdefault(name, str(new_id()))

    def _tags_named(self, scope: Json, *, ids: list[str], names: list[str]) -> Json:
        held = {tag for each in self._seen(scope) for tag in each.values.get("tags") or ()}
        seen = {name: self.tag(name) for name in sorted(held)}
        if scope["role"] == "admin":
            seen = self.tag_ids
        by_id = {tag: {"id": tag, "name": name} for name, tag in seen.items()}
        by_name = {folded(name): by_id[tag] for name, tag in seen.items()}
        return {
            "ids": {each: by_id[each] for each in ids if each in by_id},
            "names": {each: by_name[folded(each)] for each in names if folded(each) in by_name},
        }

    def rename_tag(self, before: str, after: str) -> None:
        self.tag_ids[after] = self.tag_ids.pop(before, str(new_id()))
        for each in self.people:
            tags = each.values.get("tags") or []
            if before in tags:
                each.values["tags"] = [after if tag == before else tag for tag in tags]

    def _seen(self, scope: Json) -> Iterable[Person]:
        if scope["role"] == "admin":
            return self.people
        return [person for person in self.people if person.teams & set(scope["team_ids"])]

    def _frozen(self, selection: Json) -> Json:
        """With what the saved filter says at this moment."""
        if "saved_filter" not in selection:
            return selection
        if selection["saved_filter"] not in self.saved_filters:
            raise Invalid.at("/selection/saved_filter", "unknown_saved_filter", "there is no such filter")
        return {"filter": self.saved_filters[selection["saved_filter"]]}

    def _is_chosen(self, person: Person, selection: Json) -> bool:
        wanted = selection.get("filter")
        return wanted is None or person.values.get(wanted["field"]) == wanted["value"]

    def _is_masked(self, scope: Json) -> bool:
        return self.masked and scope["role"] != "admin"


def superseded() -> None:
    """What is answered to whom the same form has asked again."""
    raise Conflict("superseded")


def _measured(name: str, numbers: list[Any]) -> Json:
    texts = [None if number is None else str(number) for number in numbers]
    return {
        "field": name,
        "present": [int(each is not None) for each in texts],
        "sums": [each or "0" for each in texts],
        "least": texts,
        "greatest": texts,
    }
