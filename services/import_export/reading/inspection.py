"""What is shown of a file before it is mapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.import_export.mapping.domain.suggestion import suggest
from services.import_export.reading.layout import layout_of
from services.import_export.reading.table import Table


def inspected(table: Table, facts: Mapping[str, Any]) -> dict[str, Any]:
    """How the file is read and what was found in it, and which column is most likely what."""
    detected = _detected(table)
    return {"detected": detected, "suggested_mapping": suggest(detected["columns"], facts)}


def _detected(table: Table) -> dict[str, Any]:
    layout = layout_of(table)
    findings = table.findings
    if not layout.header_row and table.names is None:
        findings.warn("no_header", "The first row looks like values. Say which column is which.")
    if layout.above:
        findings.rule("rows_above_header", f"{layout.above} rows above the header are not read.")
    options = {**asdict(table.options), "header_row": layout.header_row}
    rows = max(0, findings.rows - layout.above - bool(layout.header_row))
    return {**options, **asdict(findings), "rows": rows, "columns": layout.columns}
