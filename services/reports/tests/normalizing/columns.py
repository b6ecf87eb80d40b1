"""Columns as people filled them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.reports.configuring.domain.model import Part
from services.reports.configuring.domain.reading import read
from services.reports.normalizing.domain.mapped import Mapped, Scalar
from services.reports.normalizing.domain.mapping import map_values
from services.reports.tests.configuring.fields import FIELDS, REASON

UTC = ZoneInfo("UTC")


def grouping(field: str = REASON, **said: Any) -> Part:
    return read({"groupings": [{"field": field, **said}]}, FIELDS).groupings[0]


def rules(*told: dict[str, Any], field: str = REASON, **said: Any) -> Part:
    subdivision = {"field": field, "rules": list(told), **said}
    return read({"groupings": [{"field": field}], "subdivision": subdivision}, FIELDS).subdivisions[0]


def mapped(column: Mapping[Scalar, int], part: Part, **said: Any) -> Mapped:
    return map_values(list(column), list(column.values()), part, **said)


def together(column: Mapping[Scalar, int], part: Part, **said: Any) -> dict[str, set[Scalar]]:
    """What is shown, and the raw values behind it; blank ones behind ''."""
    result = mapped(column, part, **said)
    shown: dict[str, set[Scalar]] = {}
    for value, code in zip(column, result.codes, strict=True):
        shown.setdefault(result.values[code].label if code >= 0 else "", set()).add(value)
    return shown


def by(column: Mapping[Scalar, int], part: Part, **said: Any) -> dict[str, str]:
    """What put each shown value together."""
    return {value.label: value.by for value in mapped(column, part, **said).values}
