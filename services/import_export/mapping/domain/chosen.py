"""The mapping that somebody chose, checked: JSON in, the mapping to work with or one Invalid out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicekit.problems import Problems, escaped
from services.import_export.mapping.domain.cells import put_for
from services.import_export.mapping.domain.columns import places
from services.import_export.mapping.domain.dates import ORDERS
from services.import_export.mapping.domain.forms import Row
from services.import_export.mapping.domain.rules import rules_of
from services.import_export.mapping.domain.targets import (
    IGNORED,
    NAMES,
    PLATFORMS,
    READ_ONLY,
    Target,
    find_target,
)
from services.import_export.mapping.domain.texts import MAX_SEVERAL
from services.import_export.mapping.domain.wrong import Columns, Facts, Json, Wrong

MAX_COLUMNS: Final = 2_000
MAX_NAMES: Final = 10
_KNOWN: Final = frozenset({"columns", "constants", "name_from", "reading"})
# What a suggestion says besides: whoever sends it back need not take it out.
_SUGGESTED: Final = frozenset({"confidence", "why", "perhaps", "rules"})
_SCOPE: Final = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{0,255}")
_DATES: Final = frozenset({"date", "datetime"})


@dataclass(frozen=True, slots=True)
class _Checking:
    """`known`: the columns by what they may be called, None if no file is there yet."""

    known: Mapping[str | int, int] | None
    facts: Facts
    under: str
    problems: Problems

    def add(self, pointer: str, code: str, detail: str) -> None:
        self.problems.add(f"{self.under}{pointer}", code, detail)


def read_mapping(data: Mapping[str, Any], *, columns: Columns | None, facts: Facts) -> Json:
    """The mapping as it is kept and worked with. Raises Invalid with all that is wrong.

    Without `columns` it is one for a file to come, whose columns nobody knows yet. `reading` is for who reads
    the file.
    """
    problems = Problems()
    mapping = check_mapping(data, "", problems, columns=columns, facts=facts)
    problems.raise_if_any()
    return mapping


def check_mapping(
    data: Mapping[str, Any], pointer: str, problems: Problems, *, facts: Facts, columns: Columns | None = None
) -> Json:
    """The same as a part of something else: what is wrong is added to `problems`, under `pointer`."""
    checking = _Checking(None if columns is None else places(columns), facts, pointer, problems)
    for key in sorted(data.keys() - _KNOWN):
        checking.add(f"/{escaped(key)}", "unknown_property", "a mapping has no such property")
    mapping: Json = {"columns": _columns(data.get("columns"), checking)}
    if data.get("constants"):
        mapping["constants"] = _constants(data["constants"], checking)
    if data.get("name_from"):
        mapping["name_from"] = _name_from(data["name_from"], checking)
    if data.get("reading"):
        mapping["reading"] = data["reading"]
    _check_whole(mapping, checking)
    return mapping


def _columns(given: Any, checking: _Checking) -> list[Json]:
    if not isinstance(given, list) or not 0 < len(given) <= MAX_COLUMNS:
        detail = f"a list of 1 to {MAX_COLUMNS} columns is expected"
        checking.add("/columns", "invalid_list", detail)
        return []
    entries = [_column(each, f"/columns/{n}", checking) for n, each in enumerate(given)]
    return [entry for entry in entries if entry is not None]


def _column(given: Any, pointer: str, checking: _Checking) -> Json | None:
    if not isinstance(given, Mapping):
        checking.add(pointer, "invalid_object", "an object with column and to is expected")
        return None
    for key in sorted(given.keys() - {"column", "to", "as", *_SUGGESTED}):
        checking.add(f"{pointer}/{escaped(key)}", "unknown_property", "a column has no such property")
    if not _is_column(given.get("column"), f"{pointer}/column", checking):
        return None
    to = given.get("to")
    if to is None or (isinstance(to, str) and to in (IGNORED, *READ_ONLY)):
        return {"column": given["column"], "to": None}
    target = find_target(to, checking.facts)
    if target is None:
        checking.add(f"{pointer}/to", "unknown_target", "there is no such field of customers")
        return None
    said = _said(given.get("as"), target, f"{pointer}/as", checking)
    return {"column": given["column"], "to": to} | ({"as": said} if said else {})


def _is_column(name: Any, pointer: str, checking: _Checking) -> bool:
    """A header or an index."""
    if type(name) in (str, int) and (checking.known is None or name in checking.known):
        return True
    checking.add(pointer, "unknown_column", "the file has no such column, or several of that name")
    return False


def _said(given: Any, target: Target, pointer: str, checking: _Checking) -> Json:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        checking.add(pointer, "invalid_object", "an object of rules is expected")
        return {}
    possible = _rules_for(target)
    for key, value in given.items():
        if key not in possible or not _is_one_of(value, possible[key]):
            detail = "no rule for this field" if key not in possible else f"one of {_shown(possible[key])}"
            checking.add(f"{pointer}/{escaped(key)}", "invalid_option", detail)
    return dict(given)


def _rules_for(target: Target) -> dict[str, tuple[str, ...] | None]:
    """What may be said about a column of this target, and the values; None: any short text."""
    kind = target.field["type"] if target.field is not None else target.key
    if kind in _DATES or kind == "created_at":
        return {"date_order": ORDERS}
    if kind == "number":
        return {"decimal": (".", ",")}
    if kind in PLATFORMS or kind in ("whatsapp", "whatsapps"):
        return {"scope": None}
    return {"groups": ("google",)} if kind == "tags" else {}


def _is_one_of(value: Any, possible: tuple[str, ...] | None) -> bool:
    if possible is None:
        return isinstance(value, str) and _SCOPE.fullmatch(value) is not None
    return isinstance(value, str) and value in possible


def _shown(possible: tuple[str, ...] | None) -> str:
    return "texts of at most 255 characters" if possible is None else " ".join(possible)


def _constants(given: Any, checking: _Checking) -> Json:
    if not isinstance(given, Mapping):
        checking.add("/constants", "invalid_object", "an object of fields and values is expected")
        return {}
    for key, value in given.items():
        pointer = f"/constants/{escaped(str(key))}"
        target = find_target(key, checking.facts)
        if target is None:
            checking.add(pointer, "unknown_target", "there is no such field of customers")
        elif not target.may_be_constant:
            checking.add(pointer, "not_a_constant", "every row has its own")
        else:
            _check_constant(target, value, pointer, checking)
    return dict(given)


def _check_constant(target: Target, value: Any, pointer: str, checking: _Checking) -> None:
    values = value if isinstance(value, list) and target.is_list else [value]
    if not 0 < len(values) <= MAX_SEVERAL or not all(
        type(each) in (str, int, float, bool) for each in values
    ):
        checking.add(pointer, "invalid_type", "a text, a number or true or false is expected")
        return
    put, row = put_for(target, rules_of({}, {}, checking.facts)), Row()
    try:
        for each in values:
            put(row, each)
    except Wrong as wrong:
        checking.add(pointer, wrong.code, wrong.detail)


def _name_from(given: Any, checking: _Checking) -> list[str | int]:
    if not isinstance(given, list) or len(given) > MAX_NAMES:
        detail = f"a list of at most {MAX_NAMES} columns is expected"
        checking.add("/name_from", "invalid_list", detail)
        return []
    return [each for n, each in enumerate(given) if _is_column(each, f"/name_from/{n}", checking)]


def _check_whole(mapping: Json, checking: _Checking) -> None:
    """No column twice, no two columns in one place, and a name."""
    entries = mapping["columns"]
    names = [each["column"] for each in entries]
    at = names if checking.known is None else [checking.known[name] for name in names]
    if len(set(at)) < len(at):
        checking.add("/columns", "repeated_column", "each column once")
    for to, times in Counter(each["to"] for each in entries if each["to"]).items():
        target = find_target(to, checking.facts)
        if times > 1 and target is not None and not target.many:
            checking.add("/columns", "several_columns", f"{to} takes one column")
    if entries and not any(each["to"] in (*NAMES, "id") for each in entries):
        checking.add("/columns", "name_needed", "one column must be the name, or the id")
