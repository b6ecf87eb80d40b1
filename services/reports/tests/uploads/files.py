"""Files of JSON, and what becomes of them when they are read."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import orjson

from servicekit.ids import new_id
from services.reports.uploads.columnar import Copy
from services.reports.uploads.domain.problems import Findings
from services.reports.uploads.reading.rows import RowReader
from services.reports.uploads.reading.writing import Live, write_copy

Json = dict[str, Any]


class Upload:
    """A file that was read in this process."""

    def __init__(self, folder: Path, content: bytes | list[Any], live: Live | None = None) -> None:
        path = folder / "upload.json"
        path.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))
        findings, file = Findings(), io.BytesIO()
        reader = RowReader(findings)
        reader.read(path)
        self.read: Json = write_copy(reader, findings, live or {}, file)
        self.file = file.getvalue()
        self.copy = Copy(io.BytesIO(self.file), str(new_id()))

    @classmethod
    def of(cls, file: bytes, read: Json) -> Upload:
        """One that was read elsewhere."""
        upload = cls.__new__(cls)
        upload.file, upload.read, upload.copy = file, read, Copy(io.BytesIO(file), str(new_id()))
        return upload

    @property
    def rows(self) -> int:
        rows: int = self.read["rows"]
        return rows

    @property
    def problems(self) -> dict[tuple[str, str | None], tuple[int, list[int]]]:
        """How many, and the first rows, by code and field."""
        return {
            (each["code"], each["field"]): (each["count"], each["first_rows"])
            for each in self.read["problems"]
        }

    def column(self, field: str) -> Json:
        return next(each for each in self.read["columns"] if each["field"] == field)

    def cells(self, field: str) -> list[Any]:
        """As the copy has them, row by row."""
        at = self.copy.place(field)
        assert at is not None
        values, codes, starts = self.copy.values(at), self.copy.codes(at).tolist(), self.copy.starts(at)
        if starts is None:
            return [None if code < 0 else values[code] for code in codes]
        ends = starts.tolist()
        return [[values[code] for code in codes[begin:end]] for begin, end in itertools.pairwise(ends)]
