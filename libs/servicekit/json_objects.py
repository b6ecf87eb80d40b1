"""Reading JSON of any length: an array of objects, or an object on each line, one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from servicekit.confined.refused import FileRefused

LINE_BYTES: Final = 16 * 1024 * 1024  # of one object
_SPACE: Final = " \t\r\n"
_BLOCK: Final = 1024 * 1024
_ENDS_ITSELF: Final = '{["'  # what begins with one of these says where it ends
_AFTER: Final = (*_SPACE, ",", "]")


class Pairs(list[tuple[str, Any]]):
    """An object with all its keys, also those that come twice."""


def objects_in(path: Path) -> Iterator[Pairs]:
    """The objects of the file. Raises FileRefused for one that holds anything else, or is damaged."""
    for value in _values(path, only_objects=True):
        assert isinstance(value, Pairs)
        yield value


def values_in(path: Path) -> Iterator[Any]:
    """What the array holds, or the lines do. Raises FileRefused for a file that is damaged."""
    return _values(path, only_objects=False)


def _values(path: Path, *, only_objects: bool) -> Iterator[Any]:
    decoder = json.JSONDecoder(object_pairs_hook=Pairs, parse_constant=_refuse_constant, parse_float=_finite)
    with path.open(encoding="utf-8-sig") as file:
        text = _Text(file, decoder, only_objects=only_objects)
        try:
            yield from text.array() if text.next_character() == "[" else text.lines()
        except UnicodeDecodeError as error:
            raise FileRefused("invalid_encoding", "The file is not UTF-8, as JSON is.") from error
        except RecursionError as error:
            raise FileRefused("json_too_deep", "The objects hold objects that hold others.") from error


class _Text:
    """A window that moves over the text, so that a file of any length takes the memory of one object."""

    def __init__(self, file: TextIO, decoder: json.JSONDecoder, *, only_objects: bool) -> None:
        self._file, self._decoder, self._only_objects = file, decoder, only_objects
        self._window, self._at = "", 0

    def next_character(self) -> str:
        """The next one that is no space, which stays where it is; empty at the end."""
        while True:
            while self._at < len(self._window):
                if (character := self._window[self._at]) not in _SPACE:
                    return character
                self._at += 1
            if not self._read():
                return ""

    def array(self) -> Iterator[Any]:
        self._at += 1
        if self.next_character() != "]":
            yield self._value()
            while self.next_character() == ",":
                self._at += 1
                yield self._value()
        if self.next_character() != "]":
            raise _broken()
        self._at += 1
        if self.next_character():
            raise _broken()

    def lines(self) -> Iterator[Any]:
        while self.next_character():
            yield self._value()

    def _value(self) -> Any:
        first = self.next_character()
        if self._only_objects and first != "{":
            raise FileRefused("not_an_array", "The JSON is not an array of objects.")
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
            except ValueError as error:
                if len(self._window) - self._at > LINE_BYTES or not self._read():
                    raise _broken() from error
                continue
            # A number may go on behind the window.
            if first not in _ENDS_ITSELF and self._window[end : end + 1] not in _AFTER and self._read():
                continue
            self._at = end
            return value

    def _read(self) -> bool:
        block = self._file.read(_BLOCK)
        self._window, self._at = self._window[self._at :] + block, 0
        return bool(block)


def _refuse_constant(name: str) -> Any:
    raise FileRefused("json_not_a_number", f"{name} is no value of JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _refuse_constant(text[:20])
    return number


def _broken() -> FileRefused:
    return FileRefused("broken_json", "The JSON is damaged, or only a part of it was uploaded.")
