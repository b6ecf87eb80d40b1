"""For each target, how a cell becomes a part of the row's form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from servicekit.text import folded
from services.import_export.mapping.domain import texts
from services.import_export.mapping.domain.contacts import key_of, read_address
from services.import_export.mapping.domain.dates import read_date, read_moment
from services.import_export.mapping.domain.forms import Row
from services.import_export.mapping.domain.numbers import read_number
from services.import_export.mapping.domain.rules import Rules
from services.import_export.mapping.domain.targets import PLATFORMS, POINTS, PRIMARIES, Target
from services.import_export.mapping.domain.urls import read_url
from services.import_export.mapping.domain.words import read_boolean, read_status
from services.import_export.mapping.domain.wrong import Cell, Json, Notes, Wrong

Put = Callable[[Row, Cell], None]
_ID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


def put_for(target: Target, rules: Rules) -> Put:
    """What is to be done with a cell of this target that is not empty. It may raise Wrong."""
    if target.field is not None:
        return _put_for_custom(target.field, rules)
    key = target.key
    if key in PRIMARIES:
        return partial(_put_address, key, key, rules)
    if key in POINTS or key in PLATFORMS:
        return partial(_put_addresses, POINTS.get(key, key), rules)
    return _put_for_standard(key, rules)


def _put_for_standard(key: str, rules: Rules) -> Put:
    puts: Mapping[str, Put] = {
        "name": lambda row, cell: row.names.append(_word(cell, texts.MAX_NAME)),
        "first_name": lambda row, cell: row.first.append(_word(cell, texts.MAX_NAME)),
        "last_name": lambda row, cell: row.last.append(_word(cell, texts.MAX_NAME)),
        "id": _put_id,
        "tags": partial(_put_tags, rules),
        "teams": partial(_put_list, "teams", texts.MAX_TEXT),
        "assignee": partial(_put_scalar, "assignee", lambda cell, notes: _word(cell, texts.MAX_TEXT)),
        "status": partial(_put_scalar, "status", lambda cell, notes: read_status(cell)),
        "channel": partial(_put_scalar, "channel", lambda cell, notes: _channel(cell)),
        "created_at": partial(_put_scalar, "created_at", partial(_moment, rules)),
    }
    return puts[key]


def _put_for_custom(field: Json, rules: Rules) -> Put:
    kind, key = field["type"], field["key"]
    if kind == "text":
        return partial(_put_joined, key)
    if kind == "multiselect":
        return partial(_put_options, key)
    read: Mapping[str, Callable[[Cell, Notes], Any]] = {
        "number": lambda cell, notes: read_number(cell, rules.decimal),
        "date": lambda cell, notes: read_date(cell, rules.dates, notes),
        "datetime": partial(_moment, rules),
        "boolean": lambda cell, notes: read_boolean(cell),
        "url": lambda cell, notes: read_url(cell),
        "select": lambda cell, notes: _word(cell, texts.MAX_WORD),
    }
    return partial(_put_custom, key, read[kind])


def _put_address(where: str, kind: str, rules: Rules, row: Row, cell: Cell) -> None:
    row.add_address(where, read_address(kind, cell, scope=rules.scope, region=rules.region), rules.scope)


def _put_addresses(kind: str, rules: Rules, row: Row, cell: Cell) -> None:
    for each in texts.several(cell) if isinstance(cell, str) else [cell]:
        _put_address("contact_points", kind, rules, row, each)


def _put_id(row: Row, cell: Cell) -> None:
    text = texts.text_of(cell)
    if not _ID.fullmatch(text):
        raise Wrong("invalid_id", "an id of a customer is expected, as an export writes it")
    row.form["id"] = str(UUID(text))
    row.keys.append(key_of("id", row.form["id"]))


def _put_tags(rules: Rules, row: Row, cell: Cell) -> None:
    names = [" ".join(each.split()) for each in texts.several(cell)]
    if rules.groups == "google":
        names = [name.removeprefix("* ") for name in names if name != "* myContacts"]
    _add(row, row.form, "tags", names, texts.MAX_WORD)


def _put_list(key: str, longest: int, row: Row, cell: Cell) -> None:
    _add(row, row.form, key, texts.several(cell), longest)


def _put_options(key: str, row: Row, cell: Cell) -> None:
    _add(row, row.form.setdefault("custom", {}), key, texts.several(cell), texts.MAX_WORD)


def _add(row: Row, values: Json, key: str, more: list[str], longest: int) -> None:
    """Nothing is written for no value: an empty list would take away what there is."""
    if read := [texts.line(each, longest=longest) for each in more if folded(each)]:
        row.add_values(values, key, read)


def _put_scalar(key: str, read: Callable[[Cell, Notes], Any], row: Row, cell: Cell) -> None:
    row.form[key] = read(cell, row.notes)


def _put_custom(key: str, read: Callable[[Cell, Notes], Any], row: Row, cell: Cell) -> None:
    row.form.setdefault("custom", {})[key] = read(cell, row.notes)


def _put_joined(key: str, row: Row, cell: Cell) -> None:
    custom = row.form.setdefault("custom", {})
    text = texts.free_text(cell)
    custom[key] = texts.free_text(f"{custom[key]} {text}") if key in custom else text


def _moment(rules: Rules, cell: Cell, notes: Notes) -> str:
    return read_moment(cell, rules.dates, notes)


def _word(cell: Cell, longest: int) -> str:
    return texts.line(cell, longest=longest)


def _channel(cell: Cell) -> str:
    text = texts.text_of(cell).lower()
    if not _SLUG.fullmatch(text):
        raise Wrong("invalid_channel", "letters, digits, _ and -, at most 50")
    return text
