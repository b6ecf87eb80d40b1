"""A body of multipart/form-data, taken apart as it arrives. Pure: bytes in, what is in them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from servicekit.errors import Invalid

_MOST_PARTS: Final = 50
_AS_IT_IS: Final = frozenset({b"binary", b"8bit", b"7bit"})


@dataclass(frozen=True, slots=True)
class Begins:
    """A part. `filename` is None of a simple field."""

    name: str
    filename: str | None


@dataclass(frozen=True, slots=True)
class Ends:
    """The part that began last is complete."""


Event = Begins | bytes | Ends


def broken(detail: str) -> Invalid:
    return Invalid.at("", "invalid_multipart", detail)


def boundary_of(content_type: bytes) -> bytes | None:
    """None without one, or with one that nobody can mean."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    return boundary if 0 < len(boundary) <= 70 else None


class Multipart:
    """Feed it the body piece by piece; it tells what each piece brought."""

    def __init__(self, boundary: bytes) -> None:
        self.is_complete = False
        self._events: list[Event] = []
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._parts = 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._complete,
            },
        )

    def feed(self, piece: bytes) -> list[Event]:
        """Raises Invalid where the body is not what it says it is."""
        if self.is_complete:
            return []  # what follows the last boundary counts for nothing
        try:
            self._parser.write(piece)
        except FormParserError:
            raise broken("The body is not multipart/form-data with this boundary.") from None
        events, self._events = self._events, []
        return events

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise broken(f"At most {_MOST_PARTS} parts.")
        self._headers = {}

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_end(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise broken("A part does not say which field it is.")
        if self._headers.get(b"content-transfer-encoding", b"binary").strip().lower() not in _AS_IT_IS:
            raise broken("Send the file as it is, without a Content-Transfer-Encoding.")
        filename = options.get(b"filename")
        self._events.append(Begins(_text(options[b"name"]), None if filename is None else _text(filename)))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _end(self) -> None:
        self._events.append(Ends())

    def _complete(self) -> None:
        self.is_complete = True


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
