"""Options that rows made: added to their fields, or found there if somebody was quicker."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from servicekit.database.failures import ChangedMeanwhile
from services.customers.fields import repository
from services.customers.fields.domain.definitions import Definitions, Field, Option


def make_options(
    connection: Connection, made: Mapping[int, tuple[str, Option]], wanted: Collection[int]
) -> dict[int, int]:
    """By each of the `wanted` numbers below zero the number that the option has. Fields are locked by key."""
    numbers: dict[int, int] = {}
    for key in sorted({made[number][0] for number in wanted}):
        asked = {number: made[number][1] for number in sorted(wanted, reverse=True) if made[number][0] == key}
        field = _add(connection, repository.lock(connection, key), list(asked.values()))
        numbers |= {number: field.by_label[option.label_folded].number for number, option in asked.items()}
    return numbers


def definitions_now(connection: Connection) -> Definitions:
    return repository.load(connection)


def _add(connection: Connection, field: Field | None, options: list[Option]) -> Field:
    if field is None or field.archived:
        raise ChangedMeanwhile
    fresh = [option for option in options if option.label_folded not in field.by_label]
    if fresh:
        last = max((each.position for each in field.options), default=-1)
        placed = [replace(option, position=last + 1 + n) for n, option in enumerate(fresh)]
        repository.save(connection, replace(field, version=field.version + 1))
        repository.add_options(connection, field.key, placed)
    return repository.load(connection).by_key[field.key]
