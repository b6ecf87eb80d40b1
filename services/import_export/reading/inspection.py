"""What is shown of a file before it is mapped."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from services.import_export.mapping.domain.suggestion import suggest
from services.import_export.reading.domain.mending import Damage
from services.import_export.reading.layout import layout_of
from services.import_export.reading.table import Table

# Why a column is what it is said to be, if its name says so.
_KNOWN: Final = frozenset({"header", "export", "google", "outlook"})
_LOOKED_AT: Final = 20_000


def inspected(table: Table, facts: Mapping[str, Any]) -> dict[str, Any]:
    """How the file is read and what was found in it, and which column is most likely what."""
    detected = _detected(table)
    suggestion = suggest(detected["columns"], facts)
    if detected["header_row"] and not any(each.get("why") in _KNOWN for each in suggestion["columns"]):
        detail = f"No column name of row {detected['header_row']} is known. Is it the header, or a row?"
        detected["warnings"].append({"code": "header_unsure", "detail": detail})
        suggestion["complete"] = False
    return {"detected": detected, "suggested_mapping": suggestion}


def _detected(table: Table) -> dict[str, Any]:
    layout = layout_of(table)
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
