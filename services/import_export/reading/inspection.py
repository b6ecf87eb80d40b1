"""What is shown of a file before it is mapped."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from services.import_export.mapping.domain.suggestion import suggest
from services.import_export.reading.domain.mending import Damage
from services.import_export.reading.layout import Layout, layout_of
from services.import_export.reading.table import Findings, Table

# Why a column is what it is said to be, if its name says so.
_KNOWN: Final = frozenset({"header", "export", "google", "outlook"})
_LOOKED_AT: Final = 20_000


def inspected(table: Table, facts: Mapping[str, Any]) -> dict[str, Any]:
    """How the file is read and what was found in it, and which column is most likely what."""
    layout = layout_of(table)
    suggestion = suggest(layout.columns, facts)
    if layout.header_row and not any(each.get("why") in _KNOWN for each in suggestion["columns"]):
        _ask_for_the_header(table.findings, layout.header_row)
        suggestion["complete"] = False
    return {"detected": _detected(table, layout), "suggested_mapping": suggestion}


def _ask_for_the_header(findings: Findings, row: int) -> None:
    findings.warn("header_unsure", f"Row {row} names no known column. Is it the header, or a customer?")


def _detected(table: Table, layout: Layout) -> dict[str, Any]:
    """The options in force, and what was found with them."""
    findings = table.findings
    if not layout.header_row and table.names is None:
        findings.warn("no_header", "The first row looks like values. Say which column is which.")
    if layout.above:
        findings.rule("rows_above_header", f"{layout.above} rows above the header are not read.")
    if table.rectangular:
        findings.damaged_encoding = _damage(table)
    options = {**asdict(table.options), "header_row": layout.header_row}
    rows = max(0, findings.rows - layout.above - bool(layout.header_row))
    return {**options, **asdict(findings), "rows": rows, "columns": layout.columns}


def _damage(table: Table) -> dict[str, Any] | None:
    """Text that was encoded twice, in the first rows; text files have been looked through from end to end."""
    damage = Damage()
    for record in itertools.islice(table.records(), _LOOKED_AT):
        damage.look_at(", ".join(cell for cell in record.cells if isinstance(cell, str)))
    return damage.found()
