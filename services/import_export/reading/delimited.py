"""CSV and its relatives: text, one line a row, cells parted by a separator."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from services.import_export.reading.domain import encodings, separators
from services.import_export.reading.limits import LINE_BYTES, MEGABYTE
from services.import_export.reading.quoting import Dialect, Reader
from services.import_export.reading.survey import Survey, Utf16Bytes, surveyed
from services.import_export.reading.table import Findings, Options, Record, unusable

_SAMPLE_LINES: Final = 2_000
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)


class Delimited:
    """See `table.Table`."""

    rectangular = False
    names = None

    def __init__(self, path: str, options: Options) -> None:
        csv.field_size_limit(LINE_BYTES)
        self._path = path
        self.findings = Findings()
        self._encoding = encodings.known(options.encoding) if options.encoding else self._encoding_of_start()
        self._survey = self._surveyed()
        if self._encoding is None:
            survey = self._survey
            found = encodings.of_evidence(survey.valid, survey.invalid, bytes(survey.evidence))
            self._encoding = found.encoding
            self._tell_encoding(found.certain)
        sample = self._sample()
        said = _SEPARATOR_LINE.fullmatch(sample[0]) if sample else None
        self._skipped = int(said is not None)
        quote = '"' if options.quote is None else options.quote
        separator = options.separator or (said[1] if said else separators.most_likely(sample, quote))
        if separator == quote:
            raise unusable("The quote cannot be the separator too.")
        spaced = any(f"{separator} {quote}" in line for line in sample)
        self._dialect = Dialect(separator, quote, spaced=bool(quote) and spaced)
        self.options = replace(options, encoding=self._encoding, separator=separator, quote=quote)
        self.findings.rows = self._survey.lines - self._skipped
        self._tell_survey()

    def records(self) -> Iterator[Record]:
        with self._text() as text:
            for _ in range(self._skipped):
                next(text)
            yield from Reader(text, self._dialect)

    def _bytes(self) -> io.BufferedReader:
        """In an encoding whose lines end with one byte."""
        raw = io.FileIO(self._path)
        if self._encoding is not None and self._encoding.startswith("utf-16"):
            return io.BufferedReader(Utf16Bytes(raw, self._encoding), MEGABYTE)
        return io.BufferedReader(raw, MEGABYTE)

    def _text(self) -> io.TextIOWrapper:
        assert self._encoding is not None
        codec = "utf-8-sig" if self._encoding.startswith("utf-") else self._encoding
        return io.TextIOWrapper(self._bytes(), codec, errors="surrogateescape", newline="")

    def _encoding_of_start(self) -> str | None:
        with open(self._path, "rb") as file:
            return encodings.of_start(file.read(MEGABYTE))

    def _surveyed(self) -> Survey:
        with self._bytes() as file:
            return surveyed(file)

    def _sample(self) -> list[str]:
        lines, size = [], 0
        with self._text() as text:
            for line in text:
                lines.append(line)
                size += len(line)
                if len(lines) == _SAMPLE_LINES or size > MEGABYTE:
                    break
        return lines

    def _tell_encoding(self, certain: bool) -> None:
        if not certain:
            self.findings.warn(
                "encoding_guessed",
                f"The encoding is most likely {self._encoding}. Look at names with accents before you go on.",
            )

    def _tell_survey(self) -> None:
        survey, tell = self._survey, self.findings
        if self._encoding == "utf-8" and survey.invalid:
            tell.warn("invalid_encoding", f"{survey.invalid} lines are no UTF-8. Their rows are refused.")
        if survey.lost:
            tell.warn("lost_characters", f"{survey.lost} lines hold �: characters that were lost before.")
        tell.damaged_encoding = survey.damage.found()
