"""Rows as they are kept until the import is over: their cells, and what they say by the mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from servicekit.confined.refused import FileRefused
from servicekit.formulas import kept
from services.import_export.mapping.domain.mapper import Mapper
from services.import_export.reading.domain import mending
from services.import_export.reading.domain.cells import Cell, letter_of, text_of
from services.import_export.reading.domain.characters import LOST, is_unfit, problem_of, shown
from services.import_export.reading.domain.headers import is_blank
from services.import_export.reading.domain.problems import ROW_PROBLEMS, ROW_WARNINGS
from services.import_export.reading.layout import Layout, layout_of
from services.import_export.reading.limits import CELL_CHARACTERS, ROWS
from services.import_export.reading.table import Problem, Record, Table

_CHUNK_ROWS: Final = 1_000
_CHUNK_BYTES: Final = 4 * 1024 * 1024
_SHOWN: Final = 1_000

_Said = list[dict[str, Any]]


def lines(
    table: Table, *, mapping: Mapping[str, Any] | None, facts: Mapping[str, Any], after: int
) -> Iterator[bytes]:
    """Lines of JSON: {"rows": […]} for a thousand rows each, and {"end": …} last."""
    stager = _Stager(table, mapping, facts, after)
    chunk: list[bytes] = []
    size = 0
    for row in stager.rows():
        chunk.append(row)
        size += len(row)
        if len(chunk) == _CHUNK_ROWS or size > _CHUNK_BYTES:
            yield _chunk(chunk)
            chunk, size = [], 0
    if chunk:
        yield _chunk(chunk)
    yield orjson.dumps({"end": {"rows": stager.count, "blank": stager.blank}}) + b"\n"


def _chunk(rows: list[bytes]) -> bytes:
    return b'{"rows":[' + b",".join(rows) + b"]}\n"


class _Stager:
    def __init__(
        self, table: Table, mapping: Mapping[str, Any] | None, facts: Mapping[str, Any], after: int
    ) -> None:
        self._table = table
        self._layout: Layout = layout_of(table)
        self._headers = [column["header"] or column["letter"] for column in self._layout.columns]
        self._after = after
        self._mapper = Mapper(mapping, facts, self._layout.columns) if mapping is not None else None
        self.count = 0
        self.blank = 0

    def rows(self) -> Iterator[bytes]:
        first = self._layout.header_row
        blank = 0
        for record in self._table.records():
            if record.n <= first:
                continue
            if not record.problems and is_blank(record.cells):
                blank += 1
                continue
            # Blank rows behind the last one are no part of the table.
            self.blank, self.count = blank, self.count + 1
            if self.count > ROWS:
                raise FileRefused("too_many_rows", f"The file has more than {ROWS:,} rows.")
            if record.n > self._after:
                yield orjson.dumps(self._staged(record))

    def _staged(self, record: Record) -> dict[str, Any]:
        errors = [self._said(each, ROW_PROBLEMS) for each in record.problems if each.code in ROW_PROBLEMS]
        warnings = [self._said(each, ROW_WARNINGS) for each in record.problems if each.code in ROW_WARNINGS]
        cells = self._fitted(record.cells, errors, warnings)
        texts = [cell if cell.__class__ is str else text_of(cell) for cell in cells]
        whole = "\n".join(filter(None, texts))
        if not whole.isascii():
            cells = self._looked_through(cells, whole, warnings)
            texts = [text_of(cell) for cell in cells]
        if len(whole) > CELL_CHARACTERS or is_unfit(whole):
            texts = self._kept(texts, errors)
        row = {"n": record.n, "cells": texts, "form": None, "keys": []}
        if self._mapper is not None and not errors:
            mapped = self._mapper.row(self._marked(cells))
            row["form"], row["keys"] = mapped.form, mapped.keys
            errors, warnings = mapped.errors, warnings + mapped.warnings
        return {**row, "errors": errors, "warnings": warnings}

    def _fitted(self, cells: list[Cell], errors: _Said, warnings: _Said) -> list[Cell]:
        """As many cells as there are columns, or all of them if they are too many."""
        width = self._layout.width
        if len(cells) < self._layout.needed and not self._table.rectangular:
            warnings.append(self._said(Problem("cells_missing"), ROW_WARNINGS))
        if len(cells) <= width:
            return cells + [None] * (width - len(cells))
        if is_blank(cells[width:]):
            return cells[:width]
        errors.append(self._said(Problem("too_many_cells"), ROW_PROBLEMS))
        return cells

    def _looked_through(self, cells: list[Cell], whole: str, warnings: _Said) -> list[Cell]:
        """Says what was lost before, and what was encoded twice: repaired if that was asked for."""
        if LOST in whole:
            warnings.append(self._said(Problem("lost_characters"), ROW_WARNINGS))
        if not mending.suspicious(whole):
            return cells
        better = [mending.mended(cell) if isinstance(cell, str) else cell for cell in cells]
        if better == cells:
            return cells
        repaired = self._table.options.repair_encoding
        warnings.append(self._said(Problem("repaired" if repaired else "damaged_encoding"), ROW_WARNINGS))
        return better if repaired else cells

    def _kept(self, texts: list[str | None], errors: _Said) -> list[str | None]:
        """The texts as they can be kept; for those that cannot, an error and something that can be seen."""
        for at, text in enumerate(texts):
            if text is not None and is_unfit(text):
                errors.append(self._said(Problem(problem_of(text), at), ROW_PROBLEMS))
            if text is not None and len(text) > CELL_CHARACTERS:
                errors.append(self._said(Problem("cell_too_long", at), ROW_PROBLEMS))
        return [text and shown(_short(text)) for text in texts]

    def _marked(self, cells: list[Cell]) -> list[Cell]:
        """What JSON keeps as it is, other files keep with a mark, which mapping takes away."""
        if self._table.options.format != "json":
            return cells
        return [kept(cell) if isinstance(cell, str) else cell for cell in cells]

    def _said(self, problem: Problem, details: Mapping[str, str]) -> dict[str, Any]:
        at = problem.column
        column = None if at is None else self._headers[at] if at < len(self._headers) else letter_of(at)
        return {"column": column, "code": problem.code, "detail": problem.detail or details[problem.code]}


def _short(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else text[:_SHOWN] + "…"
