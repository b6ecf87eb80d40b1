"""What the columns of a file hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Type = Literal["text", "list", "number", "boolean", "date", "datetime"]
CUSTOM: Final = "custom."


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is what JSON calls it, `label` is the header of tables; no two columns have the same."""

    key: str
    label: str
    type: Type = "text"

    @classmethod
    def load(cls, message: Mapping[str, Any]) -> Column:
        return cls(message["key"], message["label"], message["type"])

    @property
    def is_read_back(self) -> bool:
        """A time that somebody typed is kept to the microsecond; our own are there to be looked at."""
        return self.type != "datetime" or self.key.startswith(CUSTOM)
