"""What a tag is. Customer rows hold numbers; which tag a number means is decided when it is read."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from servicekit.text import folded

COLOURS: Final = (
    "#c0392b", "#d35400", "#b7950b", "#1e8449", "#117a65",
    "#2471a3", "#5b2c6f", "#ad1457", "#5d4037", "#546e7a",
)  # fmt: skip
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]{1,100}")


class BadTagName(ValueError):
    """It cannot be the name of a tag."""


@dataclass(frozen=True, slots=True)
class KeptTag:
    """A tag as it is listed. `aliases` are the numbers of those that were joined to it."""

    number: int
    id: UUID
    name: str
    folded: str
    colour: str
    version: int
    aliases: tuple[int, ...] = ()

    @property
    def numbers(self) -> frozenset[int]:
        """Every number by which a customer row may hold this tag."""
        return frozenset((self.number, *self.aliases))


def clean_tag_name(value: Any) -> str:
    """The name as it is kept. Raises BadTagName."""
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not _NAME.fullmatch(name) or not folded(name):
        raise BadTagName("a text of 1 to 100 characters is expected")
    return name


def colour_of(folded_name: str) -> str:
    """The same for the same name, wherever it is first used."""
    return COLOURS[zlib.crc32(folded_name.encode()) % len(COLOURS)]
