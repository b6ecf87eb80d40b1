"""What a report is about: an upload, or live customers of a selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicekit.errors import Invalid
from servicekit.inputs import find_id
from servicekit.problems import Problems, escaped

Json = dict[str, Any]
_SELECTIONS: Final = ("q", "filter", "saved_filter", "except")
_ALL: Final = ("upload", "ids", *_SELECTIONS)


@dataclass(frozen=True, slots=True)
class Source:
    """With an `upload`, that; else the customers of `selection`, which is everybody if it is empty."""

    upload: str | None
    selection: Json

    def dump(self) -> Json:
        return {"upload": self.upload} if self.upload else dict(self.selection)


def read_source(value: Any, *, pointer: str = "/source", kept: bool = False) -> Source:
    """What a selection says is read by who knows customers. Raises Invalid.

    `kept`: with a template, which outlives those whom somebody picked one by one.
    """
    if value is None:
        value = {}
    if not isinstance(value, Mapping):
        raise Invalid.at(pointer, "invalid_type", "an upload or a selection of customers is expected")
    given = {key: each for key, each in value.items() if each is not None}
    _check_names(given, pointer, kept=kept)
    if "upload" in given:
        return Source(_upload(given["upload"], pointer), {})
    return Source(None, given)


def _check_names(given: Json, pointer: str, *, kept: bool) -> None:
    problems = Problems()
    for key in sorted(given.keys() - set(_ALL)):
        problems.add(f"{pointer}/{escaped(key)}", "unknown_property", "a source has no such property")
    exclusive = next((key for key in ("upload", "ids") if key in given), None)
    if exclusive and len(given) > 1:
        problems.add(pointer, "ambiguous_source", f"`{exclusive}` stands alone")
    if kept:
        for key in sorted(given.keys() & {"ids", "except"}):
            problems.add(f"{pointer}/{key}", "not_kept", "a template keeps no customers picked one by one")
    problems.raise_if_any()


def _upload(value: Any, pointer: str) -> str:
    known = find_id(value)
    if known is None:
        raise Invalid.at(f"{pointer}/upload", "invalid_id", "the id of an upload is expected")
    return str(known)
