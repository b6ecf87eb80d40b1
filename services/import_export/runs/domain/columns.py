"""Which column of the file a problem is about that customers found in what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]


class Columns:
    """The headers of a file, and where its mapping leads."""

    def __init__(self, detected: Mapping[str, Any], mapping: Mapping[str, Any]) -> None:
        found: Sequence[Mapping[str, Any]] = detected.get("columns", ())
        self.headers = [_header(column) for column in found]
        by_index = {column["index"]: _header(column) for column in found}
        self._of: dict[str, str] = {}
        for column in mapping.get("columns", ()):
            named = column["column"]
            header = by_index.get(named, str(named)) if isinstance(named, int) else named
            if column.get("to"):
                self._of.setdefault(column["to"], header)

    def blamed(self, problems: Iterable[Mapping[str, Any]]) -> list[Json]:
        """{"pointer", "code", "detail"} as {"column", "code", "detail"}."""
        return [
            {"column": self._column(each["pointer"]), "code": each["code"], "detail": each["detail"]}
            for each in problems
        ]

    def cells(self, values: Sequence[str | None]) -> Json:
        """By header, those of ignored columns too; a row may have more cells than there are headers."""
        named = dict(zip(self.headers, values, strict=False))
        extra = {f"#{number}": each for number, each in enumerate(values, 1) if number > len(self.headers)}
        return {**named, **extra}

    def _column(self, pointer: str) -> str | None:
        first, _, rest = pointer.lstrip("/").partition("/")
        target = f"custom.{rest.partition('/')[0]}" if first == "custom" else first
        known = (target, f"{target}s", {"name": "first_name"}.get(target, target))
        return next((self._of[name] for name in known if name in self._of), None)


def decision_of(answer: Json, columns: Columns) -> Json:
    """What customers said about a row, in the words of the file."""
    return {
        "n": answer["n"],
        "outcome": answer["outcome"],
        "customer": answer.get("customer"),
        "code": answer.get("code"),
        "errors": columns.blamed(answer.get("errors") or ()),
        "candidates": answer.get("candidates") or [],
    }


def _header(column: Mapping[str, Any]) -> str:
    return str(column.get("header") or column.get("letter") or column["index"])
