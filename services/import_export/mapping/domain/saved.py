"""Mappings that people keep, for files that come again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from servicekit.forms import Wrong, read_flag, read_text
from servicekit.inputs import object_of
from servicekit.problems import Problems, escaped
from services.import_export.mapping.domain.chosen import check_mapping
from services.import_export.mapping.domain.vocabulary import compact
from services.import_export.mapping.domain.wrong import Facts, Json

MAX_NAME: Final = 100
MAX_KEPT: Final = 200
# A page shows two hundred, shared ones of others among them: nobody may make it too large for all.
MAX_BYTES: Final = 30_000


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """`shared`: everybody who may import sees it."""

    id: UUID
    owner_id: UUID
    created_at: datetime
    updated_at: datetime
    version: int = 1
    name: str = ""
    shared: bool = False
    mapping: Json = field(default_factory=dict)

    @property
    def headers(self) -> list[str]:
        """What a file must have to be offered it: nothing, if it names columns by their place alone."""
        return folded_headers(each["column"] for each in self.mapping["columns"])


def folded_headers(names: Iterable[object]) -> list[str]:
    """Headers as they are compared, sorted, each once."""
    return sorted({compact(name) for name in names if isinstance(name, str)} - {""})


def changed(saved: SavedMapping, patch: Mapping[str, Any], *, facts: Facts) -> SavedMapping:
    """After a merge patch; a new one needs a name and a mapping. Raises Invalid with all that is wrong."""
    problems = Problems()
    values: Json = {}
    readers: dict[str, Callable[[Any], Any]] = {"name": _name, "shared": read_flag}
    for key in sorted(patch.keys() - readers.keys() - {"mapping"}):
        problems.add(f"/{escaped(key)}", "unknown_property", "a saved mapping has no such property")
    wanted = patch.keys() | ({"name", "mapping"} if not saved.name else set())
    for key in sorted(readers.keys() & wanted):
        try:
            values[key] = readers[key](patch.get(key))
        except Wrong as wrong:
            problems.add(f"/{key}", wrong.code, wrong.detail)
    if "mapping" in wanted:
        given = object_of(patch.get("mapping") or {})
        values["mapping"] = check_mapping(given, "/mapping", problems, facts=facts)
        if len(orjson.dumps(values["mapping"])) > MAX_BYTES:
            problems.add("/mapping", "too_long", f"at most {MAX_BYTES} bytes can be kept")
    problems.raise_if_any()
    return replace(saved, **values)


def _name(value: Any) -> str:
    return " ".join(read_text(value, longest=MAX_NAME).split())
