"""Filters that people keep: what may be in one, who may change it and with whom it is shared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from identity.text import is_storable
from servicekit.inputs import find_id
from servicekit.problems import Problems, escaped
from services.customers.fields.domain.definitions import Definitions
from services.customers.filters.domain.catalogue import find_field
from services.customers.filters.domain.written import Json, problem

MAX_NAME: Final = 100
MAX_COLUMNS: Final = 100
MAX_Q: Final = 200
MAX_KEPT: Final = 200
# A page shows two hundred with all that is the matter with them, some of them of others: one person must not
# make it too large for everybody in the team.
MAX_BYTES: Final = 30_000
MAX_PROBLEMS: Final = 20
_COLUMNS: Final = frozenset(
    ("id", "name", "email", "phone", "whatsapp", "contact_points", "tags", "teams", "assignee", "status")
    + ("channel", "source", "created_at", "updated_at", "last_interaction_at", "version")
)
_HIDDEN: Final = frozenset({"email", "phone", "whatsapp", "contact_points"})
_EDITABLE: Final = frozenset({"name", "q", "filter", "sort", "columns", "shared_with_team"})


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """`filter` is the JSON with ids for names. Its dates are meant in `time_zone`."""

    id: UUID
    owner_id: UUID
    time_zone: str
    created_at: datetime
    updated_at: datetime
    version: int = 1
    name: str = ""
    q: str | None = None
    filter: Json | None = None
    sort: str | None = None
    columns: tuple[str, ...] | None = None
    shared_team_id: UUID | None = None


class _Wrong(ValueError):
    def __init__(self, code: str, detail: str, under: str = "") -> None:
        super().__init__(code)
        self.code, self.detail, self.under = code, detail, under


def changed(
    saved: SavedFilter, patch: Mapping[str, Any], *, definitions: Definitions, teams: Collection[str]
) -> SavedFilter:
    """After a merge patch; `filter` and `q` are put in as they are, to be read by who knows them.

    `teams` are those that it may be shared with. Raises Invalid with all that is wrong.
    """
    problems = Problems()
    for key in sorted(patch.keys() - _EDITABLE):
        problems.add(f"/{escaped(key)}", "unknown_property", "a saved filter has no such property")
    readers: dict[str, Callable[[Any], Any]] = {
        "name": _name,
        "sort": lambda value: _sort(value, definitions),
        "columns": lambda value: _columns(value, definitions),
        "shared_with_team": lambda value: _team(value, teams),
    }
    values: dict[str, Any] = {key: patch[key] for key in ("q", "filter") if key in patch}
    for key in readers.keys() & ({"name", *patch} if not saved.name else patch.keys()):
        try:
            values[key] = readers[key](patch.get(key))
        except _Wrong as error:
            problems.add(f"/{key}{error.under}", error.code, error.detail)
    problems.raise_if_any()
    if "shared_with_team" in values:
        values["shared_team_id"] = values.pop("shared_with_team")
    return replace(saved, **values)


def outdated_parts(saved: SavedFilter, definitions: Definitions, *, masked: bool) -> list[Json]:
    """What is the matter with its sort and columns for somebody."""
    found = []
    if saved.sort and not _is_sort(saved.sort, definitions):
        found.append(problem("/sort", "field_archived", "this custom field is archived"))
    for n, name in enumerate(saved.columns or ()):
        known = find_field(name, definitions)
        if known and known.custom and known.custom.archived:
            found.append(problem(f"/columns/{n}", "field_archived", "this custom field is archived"))
        if masked and name in _HIDDEN:
            found.append(problem(f"/columns/{n}", "field_hidden", "contact data is hidden from you"))
    return found


def _name(value: Any) -> str:
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name:
        raise _Wrong("required", "a name is needed")
    if len(name) > MAX_NAME or not is_storable(name):
        raise _Wrong("invalid_name", f"a text of 1 to {MAX_NAME} characters is expected")
    return name


def _sort(value: Any, definitions: Definitions) -> str | None:
    if value is not None and not (isinstance(value, str) and _is_sort(value, definitions)):
        raise _Wrong("unknown_sort", "a field that customers can be sorted by, with - for descending")
    return value


def _is_sort(sort: str, definitions: Definitions) -> bool:
    known = find_field(sort.removeprefix("-"), definitions)
    return sort == "relevance" or bool(known and known.sortable)


def _columns(value: Any, definitions: Definitions) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MAX_COLUMNS:
        raise _Wrong("invalid_list", f"a list of at most {MAX_COLUMNS} fields is expected")
    for n, name in enumerate(value):
        if not isinstance(name, str) or (name not in _COLUMNS and not find_field(name, definitions)):
            raise _Wrong("unknown_field", "there is no such field", f"/{n}")
    if len(set(value)) < len(value):
        raise _Wrong("repeated", "each field once")
    return tuple(value)


def _team(value: Any, teams: Collection[str]) -> UUID | None:
    if value is None:
        return None
    found = find_id(value)
    if found is None or str(found) not in teams:
        raise _Wrong("unknown_team", "there is no such team")
    return found
