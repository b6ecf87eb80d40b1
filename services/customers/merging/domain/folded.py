"""What merges brought into a customer's row (`customer.folded`), so that undoing them commutes.

`{"teams": […], "tags": […], "fields": {field: {"base": value, "layers": [[merge, value], …]}}}`, every part
there only if it has something. `teams` and `tags` are those that the row did not have by itself. A field
has a layer for each merge that changed it: the top one is what the row shows, the base what it had before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Folded = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A field after a merge's layer was taken off. `kept`: somebody changed it since, so it stays."""

    folded: Folded
    value: Any
    kept: bool = False


def with_teams(folded: Folded | None, added: Iterable[UUID | str]) -> dict[str, Any]:
    """These teams came in by a merge, or by an event for a record that is merged into this one."""
    return _with_members(folded, "teams", map(str, added))


def with_tags(folded: Folded | None, added: Iterable[int]) -> dict[str, Any]:
    return _with_members(folded, "tags", added)


def teams(folded: Folded | None) -> frozenset[str]:
    return frozenset((folded or {}).get("teams", ()))


def tags(folded: Folded | None) -> frozenset[int]:
    return frozenset((folded or {}).get("tags", ()))


def only(
    folded: Folded | None, *, teams: Collection[UUID | str] | None = None, tags: Collection[int] | None = None
) -> dict[str, Any]:
    """Without teams and tags that the row has no more: given again by somebody, they are the row's own."""
    kept = dict(folded or {})
    for part, present in (("teams", teams and frozenset(map(str, teams))), ("tags", tags)):
        if present is not None and part in kept:
            kept = _with_part(kept, part, [each for each in kept[part] if each in present])
    return kept


def resolved(folded: Folded | None, *, tags: Mapping[int, int], options: Mapping[int, int]) -> dict[str, Any]:
    """With the numbers that tags and options have now: they may have been joined to others since."""
    known = dict(folded or {})
    if "tags" in known:
        known["tags"] = sorted({tags.get(tag, tag) for tag in known["tags"]})
    if "fields" in known:
        known["fields"] = {f: _resolved(content, options) for f, content in known["fields"].items()}
    return known


def with_layer(folded: Folded | None, field: str, merge: str, *, current: Any, value: Any) -> dict[str, Any]:
    """The field becomes `value` by this merge. What somebody changed since the last one is the new base."""
    known = (folded or {}).get("fields", {}).get(field)
    if known is None or _top(known) != current:
        known = {"base": current, "layers": []}
    return _with_field(folded, field, {**known, "layers": [*known["layers"], [merge, value]]})


def without_layer(folded: Folded | None, field: str, merge: str, *, current: Any) -> Uncovered:
    """The field as if this merge had not been, unless somebody changed it since: then it is the row's own."""
    folded = folded or {}
    known = folded.get("fields", {}).get(field)
    if known is None or all(layer[0] != merge for layer in known["layers"]):
        return Uncovered(folded, current)
    if _top(known) != current:
        return Uncovered(_with_field(folded, field, None), current, kept=True)
    left = {**known, "layers": [layer for layer in known["layers"] if layer[0] != merge]}
    return Uncovered(_with_field(folded, field, left if left["layers"] else None), _top(left))


def with_value_of_layer(folded: Folded | None, field: str, merge: str, value: Any) -> Folded:
    """What this merge took has another value by now."""
    known = (folded or {})["fields"][field]
    layers = [[by, value if by == merge else v] for by, v in known["layers"]]
    return _with_field(folded, field, {**known, "layers": layers})


def value_of_layer(folded: Folded | None, field: str, merge: str) -> Any:
    """What this merge took; None if nothing."""
    known = (folded or {}).get("fields", {}).get(field, {"layers": []})
    return next((value for by, value in known["layers"] if by == merge), None)


def shows(folded: Folded | None, field: str, current: Any) -> bool:
    """Whether the row has what merges made of the field: nobody changed it since."""
    known = (folded or {}).get("fields", {}).get(field)
    return known is not None and bool(_top(known) == current)


def top(folded: Folded | None, field: str) -> Any:
    """What merges made of a field that has a layer."""
    return _top((folded or {})["fields"][field])


def fields_of(folded: Folded | None, merge: str) -> list[str]:
    """The fields that have a layer of this merge."""
    fields = (folded or {}).get("fields", {})
    return sorted(f for f, known in fields.items() if any(layer[0] == merge for layer in known["layers"]))


def _resolved(known: Mapping[str, Any], options: Mapping[int, int]) -> dict[str, Any]:
    """Lists are chosen options; no other value of a field is one."""

    def now(value: Any) -> Any:
        return sorted({options.get(n, n) for n in value}) if isinstance(value, list) else value

    return {
        "base": now(known["base"]),
        "layers": [[merge, now(value)] for merge, value in known["layers"]],
    }


def _top(known: Mapping[str, Any]) -> Any:
    return known["layers"][-1][1] if known["layers"] else known["base"]


def _with_members(folded: Folded | None, part: str, added: Iterable[Any]) -> dict[str, Any]:
    return _with_part(folded, part, sorted({*(folded or {}).get(part, ()), *added}))


def _with_field(folded: Folded | None, field: str, known: Mapping[str, Any] | None) -> dict[str, Any]:
    fields = {**(folded or {}).get("fields", {}), field: known}
    return _with_part(folded, "fields", {f: k for f, k in fields.items() if k is not None})


def _with_part(folded: Folded | None, part: str, value: Any) -> dict[str, Any]:
    """A part without content is left out, so that a row that nothing is folded into looks like any other."""
    rest = {name: content for name, content in (folded or {}).items() if name != part}
    return {**rest, part: value} if value else rest
