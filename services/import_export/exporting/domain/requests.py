"""An export as it is asked for: which file is wanted. Of whom, and what of them, customers know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from servicekit.errors import Invalid
from services.import_export.formats.writers import SEPARATORS
from services.import_export.mapping.domain.headings import target_of
from services.import_export.mapping.domain.known import Known

Json = dict[str, Any]
FORMATS: Final = ("csv", "xlsx", "json")
_KNOWN: Final = frozenset({"format", "selection", "columns", "options"})
_OF_FORMAT: Final[Mapping[str, frozenset[str]]] = {
    "csv": frozenset({"separator", "bom"}),
    "xlsx": frozenset(),
    "json": frozenset({"ndjson"}),
}


@dataclass(frozen=True, slots=True)
class Request:
    """`columns` are keys, or None for all that the caller may have."""

    format: str
    selection: Json
    columns: Any
    options: Json

    @property
    def ending(self) -> str:
        return "ndjson" if self.options.get("ndjson") else self.format


def read_request(data: Mapping[str, Any]) -> Request:
    """Raises Invalid."""
    for key in data.keys() - _KNOWN:
        raise Invalid.at(f"/{key}", "unknown_property", "an export has no such property")
    if data.get("format") not in FORMATS:
        raise Invalid.at("/format", "invalid_choice", f"one of {', '.join(FORMATS)}")
    options = _options(data["format"], _given(data, "options"))
    return Request(data["format"], _selection(_given(data, "selection")), data.get("columns"), options)


def _given(data: Mapping[str, Any], name: str) -> Json:
    """What the object of this name says; nothing, if there is none."""
    found = {} if data.get(name) is None else data[name]
    if not isinstance(found, dict):
        raise Invalid.at(f"/{name}", "invalid_object", "an object is expected")
    return {key: value for key, value in found.items() if value is not None}


def _options(format: str, options: Json) -> Json:
    for key, value in options.items():
        if key not in _OF_FORMAT[format]:
            raise Invalid.at(f"/options/{key}", "unknown_property", f"{format} has no such option")
        if key == "separator" and value not in SEPARATORS:
            raise Invalid.at("/options/separator", "invalid_choice", "a comma, semicolon, tab or bar")
        if key != "separator" and not isinstance(value, bool):
            raise Invalid.at(f"/options/{key}", "invalid_boolean", "true or false is expected")
    return options


def _selection(selection: Json) -> Json:
    """Without `all`, which says what a selection that names nobody says already."""
    everybody = selection.pop("all", None)
    if everybody not in (None, True) or (everybody and selection.keys() - {"except"}):
        raise Invalid.at("/selection/all", "several_selections", "all says whom already")
    return selection


def headed(columns: Sequence[Json]) -> list[Json]:
    """With headers by which an import knows each of them: a custom field may be called Telefone."""
    known = Known({"fields": [_field(each) for each in columns if each["key"].startswith("custom.")]})
    return [
        each
        if target_of(each["label"], known) == each["key"] or not each["key"].startswith("custom.")
        else {**each, "label": f"{each['label']} ({each['key']})"}
        for each in columns
    ]


def _field(column: Json) -> Json:
    return {"key": column["key"].removeprefix("custom."), "label": column["label"]}


def filename_of(request: Request, *, at: datetime) -> str:
    return f"customers-{at:%Y-%m-%d-%H%M}.{request.ending}"
