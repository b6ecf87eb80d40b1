"""Addresses in cells, normalised as everywhere, and told apart from what spreadsheets make of numbers."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

from identity import ContactPoint, InvalidContact, normalise
from services.import_export.mapping.domain.texts import undamaged
from services.import_export.mapping.domain.wrong import Cell, Wrong

LINES: Final = frozenset({"phone", "whatsapp"})
# A number that went through a spreadsheet as one: nothing is lost.
_FLOAT: Final = re.compile(r"(\+?\d{6,15})[.,]0{1,2}")
_BETWEEN: Final = re.compile(r"[,;|/\n]| (?:e|y|o|ou|or|and|&) |:::", re.IGNORECASE)
_TWO_NUMBERS: Final = re.compile(r"(\+?[\d() .-]{8,})\s(\+?[\d() .-]{8,})")
_WHATSAPP_ID: Final = re.compile(
    r"([^:]*):([\w.-]+@(?:hosted\.)?lid|[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128})", re.IGNORECASE
)
_PREFIXES: Final = frozenset({"whatsapp", "wa"})
_DEVICE: Final = re.compile(r"\d{1,5}@.*")
_LINK: Final = re.compile(r"[a-z]+://|www\.", re.IGNORECASE)
_LONGEST: Final = 512


def with_account(kind: str, text: str) -> tuple[str, str]:
    """The account that issued an id, and the id, as exports write them: `account:id`."""
    if kind == "whatsapp":
        found = _WHATSAPP_ID.fullmatch(text)
        if found is None or found[1].lower() in _PREFIXES or _DEVICE.fullmatch(found[2]):
            return "", text
    elif kind in LINES or kind == "email" or ":" not in text or _LINK.match(text):
        return "", text
    account, _, id_ = text.partition(":")
    return account.replace("%3A", ":").replace("%25", "%"), id_


def read_address(kind: str, cell: Cell, *, scope: str, region: str) -> ContactPoint:
    """The one address in a cell. Raises Wrong: of several in one cell, none is chosen."""
    text = _number(cell) if kind in LINES else undamaged(cell)
    try:
        return normalise(kind, text, scope=scope, default_region=region)
    except InvalidContact as error:
        if holds_several(kind, text, region=region):
            raise Wrong("several_values", "several addresses in one cell") from None
        raise Wrong(error.code, error.detail) from None


def _number(cell: Cell) -> str:
    if isinstance(cell, str) and cell.isascii() and cell.removeprefix("+").isdigit():
        return cell  # most of them: nothing to look for
    text = undamaged(cell)
    if found := _FLOAT.fullmatch(text):
        return found[1]
    if len(_pieces(text)) > 1:
        raise Wrong("several_values", "several telephone numbers in one cell")
    return text


def _pieces(text: str) -> list[str]:
    """The parts of a cell that may be a telephone number each."""
    if len(text) > _LONGEST or not _BETWEEN.search(text):
        return []
    return [piece for piece in _BETWEEN.split(text) if sum(map(str.isdigit, piece)) >= 7]


def holds_several(kind: str, text: str, *, region: str) -> bool:
    """True if a cell that is no address is more than one."""
    if len(text) > _LONGEST:
        return False
    if kind in LINES:
        found = _TWO_NUMBERS.fullmatch(text)
        parts = list(found.groups()) if found else []
    else:
        parts = re.split(r"[,;|/\s]+|:::", text)
    return sum(_is_address(kind, part, region) for part in parts) > 1


def _is_address(kind: str, text: str, region: str) -> bool:
    try:
        normalise(kind, text, default_region=region)
    except InvalidContact:
        return False
    return kind in ("email", *LINES)


def key_of(space: str, value: str) -> int:
    """Signed 64 bits that are the same for the same address, or id."""
    return int.from_bytes(blake2b(f"{space}\0{value}".encode(), digest_size=8).digest(), "big", signed=True)
