"""For each target, how a cell becomes a part of the row's form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from servicekit.text import folded
from services.import_export.mapping.domain import texts
from services.import_export.mapping.domain.contacts import key_of, read_address, with_account
from services.import_export.mapping.domain.dates import day_said, read_date, read_moment
from services.import_export.mapping.domain.forms import Row
from services.import_export.mapping.domain.numbers import read_number
from services.import_export.mapping.domain.rules import Rules
from services.import_export.mapping.domain.targets import NAMES, PLATFORMS, POINTS, PRIMARIES, Target
from services.import_export.mapping.domain.urls import read_url
from services.import_export.mapping.domain.words import read_boolean, read_status
from services.import_export.mapping.domain.wrong import Cell, Json, Notes, Wrong

Put = Callable[[Row, Cell], None]
Read = Callable[[Cell, Notes], Any]
Store = Callable[[Row, Any], None]
_ID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
# Of each column, so many short cells are remembered: what they take is little even for a thousand columns.
_REMEMBERED: Final = 1_000
_SHORT: Final = 64


def put_for(target: Target, rules: Rules) -> Put:
    """What is to be done with a cell of this target, as the file has it. It may raise Wrong."""
    put = _put_for(target, rules)
    said = texts.written if target.has_words else day_said if target.is_day else texts.content

    def put_if_filled(row: Row, cell: Cell) -> None:
        if (content := said(cell)) is not None:
            put(row, content)

    return put_if_filled


def _put_for(target: Target, rules: Rules) -> Put:
    """The same for a cell that is not empty, without the space around it."""
    if target.field is not None:
        return _put_for_custom(target.field, rules)
    key = target.key
    if key in PRIMARIES:
        return partial(_put_address, key, key, rules)
    if key in POINTS or key in PLATFORMS:
        return partial(_put_addresses, POINTS.get(key, key), rules)
    if key == "id":
        return _put_id
    read, store = _standard(key, rules)
    return (
        _remembering(read, store) if key not in NAMES else lambda row, cell: store(row, read(cell, row.notes))
    )


def _standard(key: str, rules: Rules) -> tuple[Read, Store]:
    name: Read = lambda cell, notes: texts.line(cell, longest=texts.MAX_NAME)  # noqa: E731
    known: Mapping[str, tuple[Read, Store]] = {
        "name": (name, lambda row, value: row.names.append(value)),
        "first_name": (name, lambda row, value: row.first.append(value)),
        "last_name": (name, lambda row, value: row.last.append(value)),
        "tags": (partial(_tags, rules.groups), partial(_unite, key)),
        "teams": (partial(_list, texts.MAX_TEXT), partial(_unite, key)),
        "assignee": (lambda cell, notes: texts.line(cell, longest=texts.MAX_TEXT), partial(_set, key)),
        "status": (lambda cell, notes: read_status(cell), partial(_set, key)),
        "channel": (lambda cell, notes: _channel(cell), partial(_set, key)),
        "created_at": (lambda cell, notes: read_moment(cell, rules.dates, notes), partial(_set, key)),
    }
    return known[key]


def _put_for_custom(field: Json, rules: Rules) -> Put:
    kind, key = field["type"], field["key"]
    if kind == "text":
        return partial(_join_custom, key)
    if kind == "multiselect":
        return _remembering(partial(_list, texts.MAX_WORD), partial(_unite_custom, key))
    read: Mapping[str, Read] = {
        "number": lambda cell, notes: read_number(cell, rules.decimal),
        "date": lambda cell, notes: read_date(cell, rules.dates, notes),
        "datetime": lambda cell, notes: read_moment(cell, rules.dates, notes),
        "boolean": lambda cell, notes: read_boolean(cell),
        "url": lambda cell, notes: read_url(cell),
        "select": lambda cell, notes: texts.line(cell, longest=texts.MAX_WORD),
    }
    return _remembering(read[kind], partial(_set_custom, key))


def _remembering(read: Read, store: Store) -> Put:
    """Most columns say the same few things again and again: each is read once, as far as memory is given."""
    known: dict[str, tuple[Any, Notes]] = {}

    def put(row: Row, cell: Cell) -> None:
        # 1, 1.0 and True are one key, and not one cell.
        found = known.get(cell) if isinstance(cell, str) else None
        if found is None:
            notes: Notes = []
            found = read(cell, notes), notes
            if isinstance(cell, str) and len(known) < _REMEMBERED and len(cell) <= _SHORT:
                known[cell] = found
        store(row, found[0])
        if found[1]:
            row.notes.extend(found[1])

    return put


def _put_address(where: str, kind: str, rules: Rules, row: Row, cell: Cell) -> None:
    scope = rules.scope
    if not scope and isinstance(cell, str) and ":" in cell:
        scope, cell = with_account(kind, cell)
    row.add_address(where, read_address(kind, cell, scope=scope, region=rules.region), scope)


def _put_addresses(kind: str, rules: Rules, row: Row, cell: Cell) -> None:
    for each in texts.several(cell) if isinstance(cell, str) else [cell]:
        _put_address("contact_points", kind, rules, row, each)


def _put_id(row: Row, cell: Cell) -> None:
    text = texts.text_of(cell)
    if not _ID.fullmatch(text):
        raise Wrong("invalid_id", "an id of a customer is expected, as an export writes it")
    row.form["id"] = str(UUID(text))
    row.keys.append(key_of("id", row.form["id"]))


def _join_custom(key: str, row: Row, cell: Cell) -> None:
    custom = row.form.setdefault("custom", {})
    text = texts.free_text(cell)
    custom[key] = texts.free_text(f"{custom[key]} {text}") if key in custom else text


def _set(key: str, row: Row, value: Any) -> None:
    row.form[key] = value


def _set_custom(key: str, row: Row, value: Any) -> None:
    row.form.setdefault("custom", {})[key] = value


def _unite(key: str, row: Row, values: list[str]) -> None:
    if values:  # an empty list would take away what there is
        row.add_values(row.form, key, values)


def _unite_custom(key: str, row: Row, values: list[str]) -> None:
    if values:
        row.add_values(row.form.setdefault("custom", {}), key, values)


def _list(longest: int, cell: Cell, notes: Notes) -> list[str]:
    return [texts.line(each, longest=longest) for each in texts.several(cell) if folded(each)]


def _tags(groups: str, cell: Cell, notes: Notes) -> list[str]:
    names = [" ".join(name.split()) for name in texts.several(cell)]
    if groups == "google":
        names = [name.removeprefix("* ") for name in names if name != "* myContacts"]
    return [texts.line(name, longest=texts.MAX_WORD) for name in names if folded(name)]


def _channel(cell: Cell) -> str:
    text = texts.text_of(cell).lower()
    if not _SLUG.fullmatch(text):
        raise Wrong("invalid_channel", "letters, digits, _ and -, at most 50")
    return text
