"""Reports of a few customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.reports.configuring.domain.model import Configuration, Grouping, Subdivision
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tests.tabulating.building import Customer, Json, frame_of


def by(field: str, **how: Any) -> Grouping:
    return Grouping(field=field, **how)


def split_by(field: str, **how: Any) -> Subdivision:
    return Subdivision(field=field, **how)


def report(customers: Sequence[Customer], *groupings: Grouping, shape: str | None = None, **how: Any) -> Json:
    """The answer for these customers, each of them one row of the frame."""
    configuration = Configuration(groupings=groupings, **how)
    return tabulate(Frame.load(frame_of(customers)), configuration, shape=shape, measured="Amount")


def totals(answer: Json) -> dict[str, Any]:
    """By label, or by labels with a slash between them."""
    return {"/".join(row["labels"]): row["total"] for row in answer["rows"]}


def having(field: str, *values: Any) -> list[Customer]:
    """A customer for each value."""
    return [{field: value} for value in values]
