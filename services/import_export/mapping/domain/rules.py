"""How the cells of a column are read: as the mapping says, else as the column tells, else as is usual."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.import_export.mapping.domain.dates import DateRule, doubts_of, order_of, usual_order
from services.import_export.mapping.domain.numbers import decimal_mark
from services.import_export.mapping.domain.wrong import Cell, Facts, Json

_DIGIT: Final = re.compile(r"\d")
_ENOUGH: Final = 200  # different texts of a column: they tell what there is to tell, however many columns
_REGION: Final = "BR"  # where a deployment is that does not say


DATED: Final = frozenset({"date", "datetime", "created_at"})
_RULES: Final = {
    "two_digit_year": "years 00 to 29 are 2000 to 2029, 30 to 99 are 1930 to 1999",
    "excel_serial": "five digits are days as spreadsheets count them, from 30 December 1899",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """`decimal`: the mark, None if it is not known. `groups`: whose way of writing several tags."""

    region: str
    dates: DateRule
    decimal: str | None = None
    scope: str = ""
    groups: str = ""


def evidence_of(cells: Iterable[Cell]) -> Json:
    """What the cells of a column tell about the order of dates and the decimal mark; nothing, if nothing.

    The more of them the better: a reader that has many puts this into its column as `evidence`.
    """
    texts = (cell.strip() for cell in cells if isinstance(cell, str) and _DIGIT.search(cell))
    known = list(islice(dict.fromkeys(texts), _ENOUGH))
    found = {"date_order": order_of(known), "decimal": decimal_mark(known), "doubts": doubts_of(known)}
    return {key: value for key, value in found.items() if value}


def told_by(column: Mapping[str, Any]) -> Json:
    """The evidence of a column: gathered by its reader, or that of its samples."""
    evidence = column.get("evidence")
    return dict(evidence) if evidence is not None else evidence_of(column.get("samples") or ())


def shown_rules(column: Mapping[str, Any], kind: str, facts: Facts) -> list[Json]:
    """What is decided for whoever maps this column to a field of this kind: `code` and `detail`."""
    told, rules = told_by(column), []
    if kind in DATED:
        order = told.get("date_order")
        why = "as its values tell" if order else "as is usual in the region; its values do not tell"
        details = {"date_order": f"read as {order or usual_order(region_of(facts))}, {why}", **_RULES}
        rules = [{"code": code, "detail": details[code]} for code in told.get("doubts", ())]
    if kind == "number" and "decimal" in told:
        rules = [{"code": "decimal_mark", "detail": f"decimals behind {told['decimal']}, as its values tell"}]
    return rules


def rules_of(said: Mapping[str, Any], column: Mapping[str, Any], facts: Facts) -> Rules:
    """`said`: what the mapping has under `as`."""
    told = told_by(column)
    order = said.get("date_order") or told.get("date_order")
    return Rules(
        region=region_of(facts),
        dates=DateRule(order or usual_order(region_of(facts)), zone_of(facts), assumed=order is None),
        decimal=said.get("decimal") or told.get("decimal"),
        scope=said.get("scope") or "",
        groups=said.get("groups") or "",
    )


def region_of(facts: Facts) -> str:
    return str((facts.get("settings") or {}).get("default_region") or _REGION)


def zone_of(facts: Facts) -> tzinfo:
    try:
        return ZoneInfo((facts.get("settings") or {})["time_zone"])
    except (KeyError, ValueError, OSError):
        return UTC
