"""Reading one object of a configuration, so that all that is wrong with it is named at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from servicekit.forms import Wrong, read_text
from servicekit.problems import Problems, escaped
from services.reports.configuring.domain.texts import text_of

MAX_NAME: Final = 200
MAX_SPELLING: Final = 5_000  # as long as a text that customers have

MAX_FAULTS: Final = 200

# Lines and tabs are in what customers have; these are in nothing that is kept.
_NOT_KEPT: Final = re.compile("[\x00\ud800-\udfff]")

T = TypeVar("T")


class Faults(Problems):
    """All that is wrong, up to what somebody can read: very many spellings may be wrong at once."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def add(self, pointer: str, code: str, detail: str) -> None:
        self.count += 1
        if self.count <= MAX_FAULTS:
            super().add(pointer, code, detail)


class Form:
    """An object at its pointer. What is wrong goes to `problems`, and reading goes on."""

    def __init__(self, value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add(pointer, "invalid_object", "an object is expected")
        self.given: dict[str, Any] = value if isinstance(value, dict) else {}
        self.pointer, self.problems = pointer, problems

    def wrong(self, *path: str | int, code: str, detail: str) -> None:
        """Something below is wrong."""
        pointer = "".join((self.pointer, *(f"/{escaped(str(step))}" for step in path)))
        self.problems.add(pointer, code, detail)

    def only(self, *keys: str) -> None:
        """Whatever else was given is wrong."""
        for key in sorted(self.given.keys() - set(keys)):
            self.wrong(key, code="unknown_property", detail="there is no such property here")

    def value(self, key: str, reader: Callable[[Any], T], default: T) -> T:
        """What stands there; `default` where nothing does, and where it is wrong."""
        if self.given.get(key) is None:
            return default
        return self.read(self.given[key], reader, default, key)

    def read(self, value: Any, reader: Callable[[Any], T], default: T, *path: str | int) -> T:
        """A value that stands at `path`; `default` if it is wrong."""
        try:
            return reader(value)
        except Wrong as wrong:
            self.wrong(*path, code=wrong.code, detail=wrong.detail)
            return default

    def needed(self, key: str, reader: Callable[[Any], T], default: T) -> T:
        """What has to stand there."""
        if self.given.get(key) is None:
            self.wrong(key, code="required", detail="this is needed")
        return self.value(key, reader, default)

    def forms(self, key: str, *, most: int) -> list[Form]:
        """The objects of a list."""
        return [Form(value, f"{self.pointer}/{key}/{n}", self.problems) for n, value in self.items(key, most)]

    def items(self, key: str, most: int) -> Iterator[tuple[int, Any]]:
        """The members of a list, numbered."""
        value = self.given.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.wrong(key, code="invalid_list", detail="a list is expected")
        elif len(value) > most:
            self.wrong(key, code="too_many", detail=f"at most {most}")
        else:
            yield from enumerate(value)


def one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    """A reader of one of these words."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise Wrong("invalid_choice", f"one of {', '.join(choices)}")
        return value

    return read


def read_name(value: Any) -> str:
    """How something is to be called. Raises Wrong."""
    return read_text(value, longest=MAX_NAME)


def read_spelling(value: Any) -> str:
    """How a value is written in the data: exactly so, spaces and all. Raises Wrong."""
    if not isinstance(value, str | int | float):
        raise Wrong("invalid_type", "a text is expected")
    text = text_of(value)
    if not text.strip():
        raise Wrong("required", "a text is needed")
    if _NOT_KEPT.search(text):
        raise Wrong("invalid_characters", "this text cannot be kept")
    if len(text) > MAX_SPELLING:
        raise Wrong("too_long", f"at most {MAX_SPELLING} characters")
    return text
