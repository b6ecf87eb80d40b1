"""What administrators may do to a tag: plain JSON in, the tag after it or one error out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from uuid import UUID

from servicekit.errors import Conflict, Invalid
from servicekit.inputs import find_id
from servicekit.problems import Problems, escaped
from servicekit.text import folded
from services.customers.tags.domain.tag import BadTagName, KeptTag, clean_tag_name, colour_of

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class TagPatch:
    """Either another name or colour, or the tag to join this one to."""

    name: str | None = None
    colour: str | None = None
    merge_into: UUID | None = None


def read_patch(data: Mapping[str, Any]) -> TagPatch:
    """Raises Invalid with all that is wrong."""
    problems = Problems()
    values: dict[str, Any] = {}
    for key, value in data.items():
        try:
            values[key] = _READERS.get(key, _unknown)(value)
        except _Wrong as wrong:
            problems.add(f"/{escaped(key)}", wrong.code, wrong.detail)
    if "merge_into" in data and len(data) > 1:
        problems.add("/merge_into", "not_alone", "a tag is joined, or else it is changed")
    problems.raise_if_any()
    return TagPatch(**values)


def new_tag(data: Mapping[str, Any], *, tag_id: UUID) -> KeptTag:
    """A tag that nobody has yet. Its number is the database's to give."""
    if "merge_into" in data:
        raise Invalid.at("/merge_into", "unknown_property", "a new tag has no customers to join")
    patch = read_patch({"name": None, **data})
    assert patch.name is not None, "read_patch refuses a tag without a name"
    name = folded(patch.name)
    return KeptTag(0, tag_id, patch.name, name, patch.colour or colour_of(name), 1)


def changed(tag: KeptTag, patch: TagPatch, *, holder: KeptTag | None) -> KeptTag:
    """With the patch's name and colour. `holder` has that name, or an alias of it, already.

    Raises Conflict (`tag_exists`) with the offer to join, unless the holder is the tag itself.
    """
    if holder is not None and holder.number != tag.number:
        raise exists(holder, offer={"merge_into": str(holder.id)})
    name = patch.name or tag.name
    after = replace(tag, name=name, folded=folded(name), colour=patch.colour or tag.colour)
    return tag if after == tag else replace(after, version=tag.version + 1)


def exists(holder: KeptTag, **more: Any) -> Conflict:
    """Another tag has this name. `offer`: with it, the same change joins the two."""
    other = {"id": str(holder.id), "name": holder.name, "colour": holder.colour}
    return Conflict("tag_exists", {"tag": other, **more})


def check_joinable(tag: KeptTag, target: KeptTag | None) -> KeptTag:
    """The tag that `tag` may be joined to. Raises Invalid."""
    if target is None:
        raise Invalid.at("/merge_into", "unknown_tag", "there is no such tag")
    if target.number == tag.number:
        raise Invalid.at("/merge_into", "same_tag", "a tag cannot be joined to itself")
    return target


class _Wrong(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def _name(value: Any) -> str:
    try:
        return clean_tag_name(value)
    except BadTagName as error:
        raise _Wrong("invalid_tag", str(error)) from None


def _colour(value: Any) -> str | None:
    """None for the colour that the name gives."""
    if value is None:
        return None
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise _Wrong("invalid_colour", "a colour such as #1a73e8 is expected")
    return value.lower()


def _id(value: Any) -> UUID:
    found = find_id(value)
    if found is None:
        raise _Wrong("unknown_tag", "there is no such tag")
    return found


def _unknown(_: Any) -> NoReturn:
    raise _Wrong("unknown_property", "there is no such property")


_READERS: Mapping[str, Callable[[Any], Any]] = {"name": _name, "colour": _colour, "merge_into": _id}
