"""What cells of a workbook say and the library that reads them does not: errors, missing values."""

from __future__ import annotations

from dataclasses import dataclass, field

ERROR = "error_value"
NO_VALUE = "formula_without_value"


@dataclass(kw_only=True)
class Marks:
    """Of one sheet. `cells`: the code for the cell at (row, column), both counted from 0."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0
    merged: int = 0
    formulas: bool = False

    def by_row(self) -> dict[int, list[tuple[int, str]]]:
        rows: dict[int, list[tuple[int, str]]] = {}
        for (row, column), code in self.cells.items():
            rows.setdefault(row, []).append((column, code))
        return {row: sorted(marks) for row, marks in rows.items()}
