"""What is told of a row, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.customers.importing.domain.asked import Json
from services.customers.importing.domain.deciding import Outcome
from services.customers.importing.domain.world import World

_BESIDES = ("name", "code", "errors", "warnings", "candidates", "unknown_options", "made_by")


def planned(outcome: Outcome, world: World) -> Json:
    """Who is not made yet has no id: `made_by` is the row that would make whom this one meets."""
    told = _told(outcome, world)
    told["candidates"] = [str(each) for each in outcome.candidates if each not in world.made_by]
    made = outcome.customer in world.made_by
    return {**told, "customer": None if made else _text(outcome.customer)}


def done(outcome: Outcome, world: World, versions: Mapping[UUID, int]) -> Json:
    version = versions[outcome.customer] if outcome.customer else None
    return {**_told(outcome, world), "customer": _text(outcome.customer), "version": version}


def kept(outcome: Outcome, told: Json, effects: Mapping[int, Any]) -> Json:
    """A row of import_effect."""
    return {
        "n": outcome.row.n,
        "customer_id": told["customer"],
        "outcome": outcome.outcome,
        "version": told["version"],
        "answer": {key: told[key] for key in _BESIDES if key != "name" and told.get(key)} or None,
        "effect": effects.get(outcome.row.n),
    }


def repeated(row: Row[Any]) -> Json:
    """As it was told then, but for the name, which is of today."""
    empty: Json = {"errors": [], "warnings": [], "candidates": [], "unknown_options": []}
    told = {"n": row.n, "outcome": row.outcome, **empty, **(row.answer or {})}
    return {**told, "customer": _text(row.customer_id), "version": row.version}


def _told(outcome: Outcome, world: World) -> Json:
    told: Json = {
        "n": outcome.row.n,
        "outcome": outcome.outcome,
        "errors": outcome.errors,
        "warnings": outcome.warnings,
        "candidates": list(map(str, outcome.candidates)),
        "unknown_options": outcome.unknown,
    }
    if outcome.code:
        told["code"] = outcome.code
    if outcome.customer:
        told["name"] = world.customers[outcome.customer].name
        maker = world.made_by.get(outcome.customer)
        if maker not in (None, outcome.row.n):
            told["made_by"] = maker
    return told


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
