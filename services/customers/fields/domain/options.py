"""What may be done to the options of a field, pure: each function gives the field after it, a version later.

Nothing here touches customers: they hold numbers, and what a number means is decided when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from servicekit.errors import Conflict, Invalid, NotFound, TooLarge
from servicekit.text import folded
from services.customers.fields.domain import definitions as limits
from services.customers.fields.domain import properties
from services.customers.fields.domain.definitions import Field, Option
from services.customers.fields.domain.scalars import InvalidValue


@dataclass(frozen=True, slots=True)
class OptionChange:
    """The field after a change of one option, and what that option is called from now on."""

    field: Field
    before: Option
    after: Option  # another one if they were joined

    @property
    def renamed(self) -> bool:
        return self.before.label != self.after.label or self.before.id != self.after.id


def change_option(field: Field, option_id: str, patch: Mapping[str, Any]) -> OptionChange:
    """Another label, colour, place or state of an option, or its end as a part of another one.

    Raises NotFound, Invalid, and Conflict (`option_exists`) for the label of another option, with the
    offer to join the two.
    """
    option = _own(field, option_id)
    errors: list[dict[str, str]] = []
    values = properties.read(patch, errors, required=set(), readers=_EDITABLE)
    if "merge_into" in patch and len(patch) > 1:
        errors.append(
            properties.fault("/merge_into", "not_alone", "an option is joined, or else it is changed")
        )
    if errors:
        raise Invalid("invalid", {"errors": errors})
    if "merge_into" in values:
        return _joined(field, option, field.by_id.get(values["merge_into"]))
    return _edited(field, option, values)


def _own(field: Field, option_id: str) -> Option:
    """An option that is still its own, not a part of another one."""
    option = field.by_id.get(str(option_id).lower())
    if option is None or str(option.id) != str(option_id).lower():
        raise NotFound("option_not_found", {"key": field.key})
    return option


def _edited(field: Field, option: Option, values: dict[str, Any]) -> OptionChange:
    place = values.pop("position", None)
    if "label" in values:
        values["label_folded"] = folded(values["label"])
        _check_free(field, option, values["label_folded"])
    after = replace(option, **values)
    options = tuple(after if each.number == option.number else each for each in field.options)
    if place is not None:
        options = _placed(options, after, place)
        after = next(each for each in options if each.number == after.number)
    changed = replace(field, options=options, joined=_swapped(field.joined, option, after))
    return OptionChange(_next_version(field, changed), option, after)


def _check_free(field: Field, option: Option, label_folded: str) -> None:
    holder = field.by_label.get(label_folded)
    if holder is not None and holder.number != option.number:
        raise _exists(holder, offer={"merge_into": str(holder.id)})


def _swapped(joined: tuple[Option, ...], before: Option, after: Option) -> tuple[Option, ...]:
    """The aliases, of which one may have had the new label: it gets the old one."""
    return tuple(
        replace(alias, label=before.label, label_folded=before.label_folded)
        if alias.label_folded == after.label_folded
        else alias
        for alias in joined
    )


def _placed(options: tuple[Option, ...], moved: Option, place: int) -> tuple[Option, ...]:
    """All in their order with `moved` at `place`, counted from 0; the others make room."""
    ordered = [each for each in sorted(options, key=_order) if each.number != moved.number]
    ordered.insert(place, moved)
    return tuple(replace(each, position=position) for position, each in enumerate(ordered))


def _order(option: Option) -> tuple[int, int]:
    return option.position, option.number


def _joined(field: Field, option: Option, into: Option | None) -> OptionChange:
    if into is None:
        raise Invalid.at("/merge_into", "unknown_option", "this field has no such option")
    if into.number == option.number:
        raise Invalid.at("/merge_into", "same_option", "an option cannot be joined to itself")
    if into.archived and not option.archived:
        raise Conflict("option_archived", {"option": _shown(into)})
    numbers = field.numbers_of(option)
    joined = tuple(
        replace(each, joined_to=into.number) if each.number in numbers else each
        for each in (*field.joined, option)
    )
    kept = tuple(each for each in field.options if each.number != option.number)
    return OptionChange(_next_version(field, replace(field, options=kept, joined=joined)), option, into)


def _next_version(before: Field, after: Field) -> Field:
    return after if after == before else replace(after, version=before.version + 1)


def with_option(field: Field, data: Mapping[str, Any], *, option_id: UUID) -> tuple[Field, Option]:
    """One more option. Raises Conflict(`option_exists`) for an equal label, whatever its case and accents."""
    if field.type not in limits.WITH_OPTIONS:
        raise Conflict("field_without_options", {"key": field.key, "type": field.type})
    errors: list[dict[str, str]] = []
    values = properties.read(data, errors, required={"label"}, readers=properties.OPTION)
    if errors:
        raise Invalid("invalid", {"errors": errors})
    label = folded(values["label"])
    if known := field.by_label.get(label):
        raise _exists(known)
    if len(field.options) >= limits.MAX_OPTIONS:
        raise TooLarge("too_many_options", {"limit": limits.MAX_OPTIONS})
    last = max((each.position for each in field.options), default=-1)
    position = values.get("position", last + 1)
    option = Option(0, option_id, values["label"], label, values.get("colour"), position, False)
    return replace(field, version=field.version + 1), option


def new_options(
    data: Any, kind: str | None, errors: list[dict[str, str]], option_ids: Callable[[], UUID]
) -> tuple[Option, ...]:
    """The options given together with their field; errors point into the list."""
    if not data:
        return ()
    if kind not in limits.WITH_OPTIONS:
        errors.append(
            properties.fault("/options", "options_not_allowed", "only select and multiselect have options")
        )
        return ()
    if not isinstance(data, list) or len(data) > limits.MAX_OPTIONS:
        errors.append(
            properties.fault("/options", "too_many", f"a list of at most {limits.MAX_OPTIONS} options")
        )
        return ()
    options: dict[str, Option] = {}
    for index, described in enumerate(data):
        try:
            option = _new_option(described, index, option_ids())
            if option.label_folded in options:
                raise InvalidValue("option_exists", "an equal label is in the list")
            options[option.label_folded] = option
        except InvalidValue as error:
            errors.append(properties.fault(f"/options/{index}", error.code, error.detail))
    return tuple(options.values())


def _new_option(described: Any, index: int, option_id: UUID) -> Option:
    """From `{label, colour?, position?}`, or from the label alone."""
    data = described if isinstance(described, Mapping) else {"label": described}
    if unknown := data.keys() - properties.OPTION.keys():
        raise InvalidValue("unknown_property", f"options have no {sorted(unknown)[0][:50]}")
    label = properties.read_label(data.get("label"))
    position = properties.read_position(data["position"]) if "position" in data else index
    return Option(
        0, option_id, label, folded(label), properties.read_colour(data.get("colour")), position, False
    )


def _exists(holder: Option, **more: Any) -> Conflict:
    """An option of this label, or of one that is part of it, is there already."""
    return Conflict("option_exists", {"option": _shown(holder), **more})


def _shown(option: Option) -> dict[str, Any]:
    return {"id": str(option.id), "label": option.label, "archived": option.archived}


def _read_target(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValue("unknown_option", "this field has no such option")
    return value.lower()


_EDITABLE = {**properties.OPTION, "archived": properties.read_flag, "merge_into": _read_target}
