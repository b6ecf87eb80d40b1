"""Texts in cells: what stands there, one value or several."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from identity import is_contact_like
from servicekit.formulas import unguarded
from services.import_export.mapping.domain.wrong import Cell, Wrong

MAX_NAME: Final = 200
MAX_TEXT: Final = 5_000
MAX_WORD: Final = 100  # a tag, the label of an option
MAX_SEVERAL: Final = 100
# As customers refuse them: controls, lone surrogates, noncharacters; in lines also TAB and line breaks.
_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff"
_NOT_IN_TEXT: Final = re.compile(f"[{_CONTROLS}]")
_NOT_IN_LINE: Final = re.compile(f"[{_CONTROLS}\t\n\r\x80-\x9f\u2028\u2029\ufdd0-\ufdef]")
# Letters with a blank, a hyphen or an apostrophe between them: surely no address, and most names are so.
_SURELY_A_NAME: Final = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")
# What spreadsheets show where a calculation failed, in the languages of our users.
_ERRORS: Final = frozenset(
    ("#n/a", "#n/d", "#ref!", "#¡ref!", "#value!", "#valor!", "#¡valor!", "#name?", "#nome?", "#¿nombre?")
    + ("#div/0!", "#¡div/0!", "#null!", "#nulo!", "#¡nulo!", "#num!", "#núm!", "#¡num!", "#spill!", "#calc!")
    + ("#getting_data", "#field!", "#unknown!", "#####", "########")
)
# The general format of spreadsheets: the digits that it leaves out are lost.
DAMAGED: Final = re.compile(r"[+-]?\d(?:[.,]\d+)?E[+-]?\d{1,3}")
_SEVERAL: Final = re.compile(r":::|[,;\n]")
_QUOTED: Final = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[,;\n]|:::|\Z)')
_PLAIN: Final = re.compile(r"(.*?)(?:[,;\n]|\s:::\s|\Z)", re.DOTALL)


def written(cell: Cell) -> Cell:
    """What the cell says: text without our guard and the space around it, None for an empty one."""
    if not isinstance(cell, str):
        return cell
    return (unguarded(cell).strip() if cell.startswith("'") else cell.strip()) or None


def content(cell: Cell) -> Cell:
    """The same where a value is expected, no words of somebody's own.

    Raises Wrong(error_value) for what a spreadsheet shows instead of a result.
    """
    text = written(cell)
    if isinstance(text, str) and text[0] == "#" and text.casefold() in _ERRORS:
        raise Wrong("error_value", "the spreadsheet shows an error here, no value")
    return text


def text_of(cell: Cell) -> str:
    """The cell as a text: a whole number without decimals, a date as ISO 8601 writes it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _digits(cell)
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else ""


def _digits(number: int | float) -> str:
    if not abs(number) < 10**15:  # what is no number at all neither
        raise Wrong("damaged_number", "a spreadsheet keeps fifteen digits of a number; the others are lost")
    return str(int(number)) if number == int(number) else repr(number)


def line(cell: Cell, *, longest: int) -> str:
    """One line of text. Raises Wrong."""
    text = text_of(cell)
    if len(text) > longest:
        raise Wrong("too_long", f"at most {longest} characters")
    if not text.isprintable() and _NOT_IN_LINE.search(text):
        raise Wrong("invalid_characters", "line breaks and control characters are not allowed here")
    return text


def free_text(cell: Cell) -> str:
    """Text that may have several lines. Raises Wrong."""
    text = text_of(cell)
    if len(text) > MAX_TEXT:
        raise Wrong("too_long", f"at most {MAX_TEXT} characters")
    if not text.isprintable() and _NOT_IN_TEXT.search(text):
        raise Wrong("invalid_characters", "control characters are not allowed")
    return text


def undamaged(cell: Cell) -> str:
    """The text of a cell that may hold a number: of a telephone, or of a person in another system."""
    text = text_of(cell)
    if DAMAGED.fullmatch(text):
        raise Wrong("damaged_number", "a spreadsheet has shortened this number; its last digits are lost")
    return text


def person_name(text: str) -> str:
    """The name, or Wrong: what is only a phone or an e-mail is nobody's name."""
    if len(text) > MAX_NAME:
        raise Wrong("too_long", f"at most {MAX_NAME} characters")
    if _SURELY_A_NAME.fullmatch(text):
        return text
    if _NOT_IN_LINE.search(text):
        raise Wrong("invalid_characters", "line breaks and control characters are not allowed here")
    if is_contact_like(text):
        raise Wrong("missing_name", "a name is needed; a phone number or an e-mail address is none")
    return text


def several(cell: Cell) -> list[str]:
    """The values of a cell with commas, semicolons, line breaks or ` ::: ` between them, each once.

    A value in quotes may hold any of these; our own export writes it so.
    """
    text = text_of(cell)
    if not _SEVERAL.search(text) and not text.startswith('"'):
        return [text]
    values: dict[str, None] = {}
    at = 0
    while at < len(text):
        found = _QUOTED.match(text, at)
        value = found[1].replace('""', '"') if found else ""
        if found is None:
            found = _PLAIN.match(text, at)
            assert found is not None  # it matches anything
            value = found[1].strip()
        if value:
            values[value] = None
        at = found.end()
    return list(values)
