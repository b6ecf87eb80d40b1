"""Custom values: from the wire to what a customer row holds, and back.

A row holds the numbers of chosen options together in `opt_ids` and every other value by key in `custom`.
A value of an archived field, or of an archived option, is kept but cannot be written anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from servicekit.errors import Invalid
from servicekit.text import folded
from services.customers.fields.domain.definitions import WITH_OPTIONS, Definitions, Field, Option
from services.customers.fields.domain.scalars import SCALARS, InvalidValue

MAX_CHOSEN = 100


@dataclass(frozen=True, slots=True)
class CustomChanges:
    """What a patch of `custom` asks for, checked. None and the empty tuple clear a field."""

    values: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values or self.chosen)


def parse(definitions: Definitions, patch: Mapping[str, Any], *, held: Collection[int] = ()) -> CustomChanges:
    """Checks a wire `custom` object; raises Invalid with one error for each wrong field (`/custom/<key>`).

    Options are named by id, by label, or by the object that `render` gives. `held` are the option
    numbers of the customer's row: what it holds already may be sent back though archived since.
    """
    changes, errors = CustomChanges(), []
    for key, value in patch.items():
        try:
            _read(definitions.by_key.get(key), value, held, changes)
        except InvalidValue as error:
            errors.append({"pointer": _pointer(key), "code": error.code, "detail": error.detail})
    if errors:
        raise Invalid("invalid", {"errors": errors})
    return changes


def apply(
    definitions: Definitions, changes: CustomChanges, *, custom: Mapping[str, Any], opt_ids: Iterable[int]
) -> tuple[dict[str, Any], list[int]]:
    """The row's `custom` and `opt_ids` after `changes`."""
    values = {**custom, **changes.values}
    replaced = {number for key in changes.chosen for number in definitions.by_key[key].numbers}
    chosen = {number for numbers in changes.chosen.values() for number in numbers}
    return (
        {key: value for key, value in values.items() if value is not None},
        sorted((set(opt_ids) - replaced) | chosen),
    )


def render(definitions: Definitions, custom: Mapping[str, Any], opt_ids: Iterable[int]) -> dict[str, Any]:
    """The `custom` object of a message: fields in use that have a value, in their order."""
    # Two numbers may mean one option by now, since options are joined without a row being written.
    chosen: dict[str, dict[int, Option]] = {}
    for number in opt_ids:
        if found := definitions.by_option.get(number):
            chosen.setdefault(found[0].key, {})[found[1].number] = found[1]
    message: dict[str, Any] = {}
    for each in definitions.in_use():
        if each.type in WITH_OPTIONS:
            if options := chosen.get(each.key):
                message[each.key] = _options_message(each, options.values())
        elif custom.get(each.key) is not None:
            message[each.key] = custom[each.key]
    return message


def _read(definition: Field | None, value: Any, held: Collection[int], changes: CustomChanges) -> None:
    if definition is None:
        raise InvalidValue("unknown_field", "there is no such custom field")
    if definition.archived:
        raise InvalidValue("field_archived", "this custom field is archived")
    if definition.type not in WITH_OPTIONS:
        changes.values[definition.key] = None if value is None else SCALARS[definition.type](value)
    elif definition.type == "select":
        changes.chosen[definition.key] = () if value is None else (_chosen(definition, value, held),)
    else:
        changes.chosen[definition.key] = () if value is None else _all_chosen(definition, value, held)


def _all_chosen(definition: Field, value: Any, held: Collection[int]) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise InvalidValue("invalid_option", "a list of options is expected")
    if len(value) > MAX_CHOSEN:
        raise InvalidValue("too_many", f"at most {MAX_CHOSEN} options")
    return tuple(sorted({_chosen(definition, each, held) for each in value}))


def _chosen(definition: Field, value: Any, held: Collection[int]) -> int:
    if isinstance(value, Mapping):
        value = value.get("id")
    if not isinstance(value, str):
        raise InvalidValue("invalid_option", "the id or the label of an option is expected")
    option = definition.by_id.get(value.lower()) or definition.by_label.get(folded(value))
    if option is None:
        raise InvalidValue("unknown_option", "this field has no such option")
    if option.archived and definition.numbers_of(option).isdisjoint(held):
        raise InvalidValue("option_archived", "this option is archived")
    return option.number


def _options_message(definition: Field, options: Iterable[Option]) -> Any:
    shown = [
        {"id": str(each.id), "label": each.label}
        for each in sorted(options, key=lambda o: (o.position, o.number))
    ]
    return shown[0] if definition.type == "select" else shown


def _pointer(key: str) -> str:
    return "/custom/" + key.replace("~", "~0").replace("/", "~1")
