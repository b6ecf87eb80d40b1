"""What is expected of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PEOPLE = ("Name,Email", "Ana,ana@example.com", "Bo,bo@example.com")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`rows`: for each row its codes of errors and warnings, or its name where there are none."""

    refused: str | None = None
    rows: dict[int, Any] = field(default_factory=dict)
    blank: int = 0
    detected: dict[str, Any] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    complete: bool = True


def refused(code: str) -> Answer:
    return Answer(refused=code)


def all_well(**more: Any) -> Answer:
    return Answer(rows={2: "Ana", 3: "Bo"}, **more)


def rows(*outcomes: Any, **more: Any) -> Answer:
    return Answer(rows=dict(enumerate(outcomes, 2)), **more)
