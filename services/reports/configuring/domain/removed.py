"""What a configuration names in vain, so that whoever opens it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.reports.configuring.domain.known import Fields, Known, find_known
from services.reports.configuring.domain.model import Json
from services.reports.configuring.domain.named import options_in


def removed(stored: Json, fields: Fields, *, pointer: str = "/configuration") -> list[Json]:
    """`{pointer, code, detail, name}` for each field that is gone or archived, and each option that is gone.

    `stored` is what `named_by_id` wrote; `name` is what the field, or the option when it was kept, is called.
    """
    return [
        problem for place, named in _named(stored) for problem in _problems(named, fields, pointer + place)
    ]


def _named(stored: Json) -> Iterator[tuple[str, Json]]:
    """Each part that names a field, and where it stands."""
    for key in ("groupings", "subdivisions"):
        for n, part in enumerate(stored.get(key, ())):
            yield f"/{key}/{n}", part
    if stored.get("total", {}).get("field"):
        yield "/total", stored["total"]


def _problems(named: Json, fields: Fields, pointer: str) -> Iterator[Json]:
    known = find_known(named["field"], fields)
    if known is None:
        name = named["field"]
        yield _problem(f"{pointer}/field", "field_removed", "there is no such field any more", name)
        return
    if known.archived:
        yield _problem(f"{pointer}/field", "field_archived", "this field is archived", known.label)
    yield from _options(named, known, pointer)


def _options(named: Json, known: Known, pointer: str) -> Iterator[Json]:
    there = {option.id for option in known.options}
    # It may be sorted by a column of another field.
    own = options_in({key: value for key, value in named.items() if key != "sort"})
    gone = {option["option"]: option["label"] for option in own if option["option"] not in there}
    for label in gone.values():
        yield _problem(pointer, "option_removed", "there is no such option any more", label)


def _problem(pointer: str, code: str, detail: str, name: Any) -> Json:
    return {"pointer": pointer, "code": code, "detail": detail, "name": name}
