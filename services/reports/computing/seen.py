"""A copy of an upload, as far as somebody may see it: without rows of others' customers, and for some without
contact data."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servicekit.errors import Invalid
from services.reports.tabulating.domain.frame import Column, Frame, Measure
from services.reports.uploads.columnar import Copy
from services.reports.uploads.domain.shown import SAMPLES, shown

Json = dict[str, Any]


class SeenCopy:
    """`bits` (base64): of the rows with an id, which are seen; None: all. Rows without an id always are."""

    def __init__(self, copy: Copy, *, bits: str | None, masked: bool) -> None:
        self._copy, self._masked = copy, masked
        self._rows = (copy.key, None if bits is None else sha256(bits.encode()).digest())
        self._kept = None if bits is None else _kept(copy, base64.b64decode(bits))

    @property
    def rows(self) -> int:
        return self._copy.rows if self._kept is None else int(self._kept.sum())

    def frame(self, fields: Sequence[str], measure: str | None) -> Frame:
        """A row for each row of the file. Raises Invalid for a column that they do not have."""
        frame = Frame(
            columns=[self._column(field) for field in fields],
            weights=np.ones(self._copy.rows, dtype=np.int64),
            measure=None if measure is None else self._measure(measure),
            name=self._rows,
        )
        return frame if self._kept is None else frame.where(self._kept, name=self._rows)

    def columns(self) -> list[Json]:
        """As the upload tells of them, but of what is seen alone."""
        name = (self._rows, self._masked)
        told = self._copy.remembered.get(name)
        if told is None:
            told = [
                self._told(at, about)
                for at, about in enumerate(self._copy.columns)
                if not (self._masked and about["contact"])
            ]
            self._copy.remembered.keep(name, told)
        return told

    def _place(self, field: str) -> int:
        at = self._copy.place(field)
        if at is None or (self._masked and self._copy.columns[at]["contact"]):
            raise Invalid.at("/configuration", "unknown_field", "the file has no such column")
        return at

    def _column(self, field: str) -> Column:
        at = self._place(field)
        about, starts = self._copy.columns[at], self._copy.starts(at)
        return Column(
            field=field,
            label=about["label"],
            type=about["type"],
            values=self._copy.values(at),
            codes=self._copy.codes(at),
            starts=starts,
        )

    def _measure(self, field: str) -> Measure:
        at = self._place(field)
        if self._copy.columns[at]["type"] != "number":
            raise Invalid.at("/configuration/total/field", "not_a_number", "the column holds no numbers")
        texts = [repr(value) for value in self._copy.values(at)]
        return Measure.of_codes(field, texts, self._copy.codes(at))

    def _told(self, at: int, about: Json) -> Json:
        if self._kept is None or not about["filled"]:
            return about
        codes, filled = self._seen_codes(at, self._kept)
        used = np.zeros(about["distinct"], dtype=np.bool_)
        used[codes] = True
        samples = self._samples(at, about["samples"], _first(codes, SAMPLES))
        return {**about, "filled": filled, "distinct": int(used.sum()), "samples": samples}

    def _seen_codes(self, at: int, kept: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
        """Those of the values that are there, row after row, and how many rows have any."""
        codes, starts = self._copy.skim_codes(at), self._copy.skim_starts(at)
        if starts is None:
            rows = np.flatnonzero(codes >= 0)
            rows = rows[kept[rows]]
            return codes[rows], len(rows)
        lengths = np.diff(starts)
        return codes[np.repeat(kept, lengths)], int(np.count_nonzero(lengths[kept]))

    def _samples(self, at: int, samples: list[Any], codes: list[int]) -> list[Any]:
        """`samples`: those of the first values. Nobody reads all values if these are enough."""
        if all(code < len(samples) for code in codes):
            return [samples[code] for code in codes]
        values = self._copy.skim_values(at)
        return [shown(values[code]) for code in codes]


def _first(codes: NDArray[np.int32], most: int) -> list[int]:
    """The different ones, in the order in which they come."""
    found: list[int] = []
    while len(codes) and len(found) < most:
        found.append(int(codes[0]))
        codes = codes[codes != codes[0]]
    return found


def _kept(copy: Copy, bits: bytes) -> NDArray[np.bool_]:
    """The highest bit of the first byte is that of the first id."""
    with_id = copy.with_id()
    seen = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=len(with_id)).astype(np.bool_)
    kept = np.ones(copy.rows, dtype=np.bool_)
    kept[with_id] = seen
    return kept
