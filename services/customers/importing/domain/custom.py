"""Custom values of rows. What many rows say alike is read once; options may be made on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from servicekit.errors import Invalid, TooLarge
from servicekit.problems import escaped
from servicekit.text import folded
from services.customers.fields.domain import values
from services.customers.fields.domain.definitions import WITH_OPTIONS, Definitions, Field, Option
from services.customers.fields.domain.options import with_option
from services.customers.fields.domain.values import CustomChanges
from services.customers.importing.domain.asked import Json, error
from services.customers.registry.domain.customer import Customer

Read = CustomChanges | list[Json]  # what is wrong instead


@dataclass(slots=True)
class Custom:
    """The fields as they are, and with the options that rows made: those have numbers below zero."""

    definitions: Definitions
    unknown: str  # refuse, empty or create
    new_id: Callable[[], UUID]
    made: dict[int, tuple[str, Option]] = field(default_factory=dict)
    _read: dict[Any, Read] = field(default_factory=dict)

    def read(
        self, given: Mapping[str, Any], *, held: Collection[int], unknown: list[Json], warnings: list[Json]
    ) -> CustomChanges:
        """The values; `unknown` gets the options that nobody has. Raises Invalid with all that is wrong."""
        changes, errors = CustomChanges(), list[Json]()
        for key, value in given.items():
            if value is None or value == "" or value == []:
                continue
            known = self._read.get(_memo(key, value))
            if isinstance(known, CustomChanges):
                changes.values.update(known.values)
                changes.chosen.update(known.chosen)
                continue
            definition = self.definitions.by_key.get(key)
            if definition is not None and definition.type in WITH_OPTIONS and not definition.archived:
                value = self._known(definition, value, unknown, warnings, errors)
                if value is None:
                    continue
            read = self._read_one(key, value, held)
            if isinstance(read, list):
                errors.extend(read)
            else:
                changes.values.update(read.values)
                changes.chosen.update(read.chosen)
        if errors:
            raise Invalid("invalid", {"errors": errors})
        return changes

    def of_nobody(self, changes: CustomChanges) -> tuple[dict[str, Any], tuple[int, ...]]:
        """What somebody has who had nothing."""
        custom, options = values.apply(self.definitions, changes, custom={}, opt_ids=())
        return custom, tuple(options)

    def apply(self, customer: Customer, changes: CustomChanges) -> Customer:
        if not changes or self._says_so(customer, changes):
            return customer
        custom, options = values.apply(
            self.definitions, changes, custom=customer.custom, opt_ids=customer.option_ids
        )
        return replace(customer, custom=custom, option_ids=tuple(options))

    def missing(self, customer: Customer, changes: CustomChanges) -> CustomChanges:
        """Those of the fields in which the customer has nothing."""
        fields, options = self.definitions.by_key, customer.option_ids
        return CustomChanges(
            {key: value for key, value in changes.values.items() if customer.custom.get(key) is None},
            {key: n for key, n in changes.chosen.items() if fields[key].numbers.isdisjoint(options)},
        )

    def meaning(self, numbers: Collection[int]) -> frozenset[int]:
        """What these options are now: joined ones are their survivor."""
        known = self.definitions.by_option
        return frozenset(known[n][1].number if n in known else n for n in numbers)

    def _says_so(self, customer: Customer, changes: CustomChanges) -> bool:
        """Whether the customer has all of this already."""
        if any(customer.custom.get(key) != value for key, value in changes.values.items()):
            return False
        if not changes.chosen:
            return True
        has = self.meaning(customer.option_ids)
        return all(
            has & self.meaning(self.definitions.by_key[key].numbers) == frozenset(numbers)
            for key, numbers in changes.chosen.items()
        )

    def _read_one(self, key: str, value: Any, held: Collection[int]) -> Read:
        memo = _memo(key, value)
        read = self._read.get(memo)
        if read is None:
            read = self._read[memo] = self._parse(key, value, ())
        if isinstance(read, list) and held and read[0]["code"] == "option_archived":
            return self._parse(key, value, held)
        return read

    def _parse(self, key: str, value: Any, held: Collection[int]) -> Read:
        try:
            return values.parse(self.definitions, {key: value}, held=held)
        except Invalid as invalid:
            return list(invalid.payload["errors"])

    def _known(
        self, field: Field, value: Any, unknown: list[Json], warnings: list[Json], errors: list[Json]
    ) -> Any:
        """The value without options that nobody has, or with them made. None: nothing is left of it."""
        several = value if isinstance(value, list) else [value]
        kept = []
        for label in several:
            if not isinstance(label, str) or self._has(field, label):
                kept.append(label)
                continue
            unknown.append({"field": field.key, "label": label})
            field = self._unknown(field, label, kept, warnings, errors)
        if not kept:
            return None
        return kept if isinstance(value, list) else kept[0]

    def _unknown(
        self, field: Field, label: str, kept: list[str], warnings: list[Json], errors: list[Json]
    ) -> Field:
        pointer = f"/custom/{escaped(field.key)}"
        if self.unknown == "refuse":
            errors.append(error(pointer, "unknown_option", "this field has no such option"))
        elif self.unknown == "empty":
            warnings.append(error(pointer, "option_left_out", "this field has no such option"))
        else:
            try:
                field = self._make(field, label)
                kept.append(label)
            except TooLarge:
                errors.append(error(pointer, "too_many_options", "this field has no room for more options"))
            except Invalid:
                errors.append(error(pointer, "invalid_option", "this cannot be the label of an option"))
        return field

    def _make(self, field: Field, label: str) -> Field:
        number = -1 - len(self.made)
        made, option = with_option(field, {"label": label}, option_id=self.new_id())
        option = replace(option, number=number)
        self.made[number] = (field.key, option)
        made = replace(made, options=(*made.options, option))
        fields = tuple(made if each.key == field.key else each for each in self.definitions.fields)
        self.definitions = Definitions(fields)
        return made

    def _has(self, field: Field, label: str) -> bool:
        return label.lower() in field.by_id or folded(label) in field.by_label


def _memo(key: str, value: Any) -> Any:
    """1, 1.0 and true are equal, and not the same."""
    return (key, repr(value)) if isinstance(value, list | dict) else (key, type(value), value)
