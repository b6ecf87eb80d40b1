"""Numbers as people write them: 1.234,56 or 1,234.56. Which of the two a column uses is never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from services.import_export.mapping.domain.wrong import Cell, Wrong

MAX_DIGITS: Final = 15  # what spreadsheets, and every reader of JSON, keep
_LONGEST: Final = 64  # no number that anybody writes is longer; what is below need not be quick
_CURRENCY: Final = r"(?:R\$|US\$|U\$S|\$|€|£|BRL|USD|EUR|ARS|MXN|CLP|COP|PEN)"
_AROUND: Final = re.compile(
    rf"([-+]?)\s*{_CURRENCY}?\s*([-+]?)(.*?)\s*{_CURRENCY}?", re.IGNORECASE | re.DOTALL
)
_BLANKS: Final = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")
_PLAIN: Final = re.compile(r"\d{1,30}")
_WITH_POINT: Final = re.compile(r"(?:\d{1,30}|[1-9]\d{0,2}(?:,\d{3})+)?(?:\.\d{1,30})?")
_WITH_COMMA: Final = re.compile(r"(?:\d{1,30}|[1-9]\d{0,2}(?:\.\d{3})+)?(?:,\d{1,30})?")
# One mark and three digits: thousands for some, decimals for others.
_EITHER: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
# A spreadsheet writes 1,5E+12 where it has no room for the digits; programs write 1e-07 and lose none.
_SHORTENED: Final = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:E[-+]?|e\+?)\d{1,3}")
_BY_PROGRAMS: Final = re.compile(r"-?\d{1,17}(?:\.\d{1,17})?e-\d{1,2}")


def read_number(cell: Cell, decimal: str | None) -> int | float:
    """The number in a cell. `decimal` is the column's mark; None: only what can be read in one way.

    Raises Wrong: invalid_number, ambiguous_number, damaged_number, too_precise, out_of_range.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise _no_number()
    return _limited(_of_text(cell, decimal) if isinstance(cell, str) else _of_workbook(cell))


def decimal_mark(cells: Iterable[Cell]) -> str | None:
    """The mark that the texts of a column use for decimals; None if they tell nothing, or both."""
    marks = {_mark(_bare(cell)[1]) for cell in cells if isinstance(cell, str) and len(cell) <= _LONGEST} - {
        None
    }
    return marks.pop() if len(marks) == 1 else None


def _mark(text: str) -> str | None:
    if _EITHER.fullmatch(text) or _PLAIN.fullmatch(text):
        return None
    fits = [mark for mark, notation in _NOTATIONS.items() if text and notation.fullmatch(text)]
    return fits[0] if len(fits) == 1 else None


def _of_workbook(cell: int | float) -> Decimal:
    if not abs(cell) < 10**MAX_DIGITS:
        raise Wrong("out_of_range", "a number below 10^15, no nearer to zero than 10^-15")
    return Decimal(repr(cell))


def _of_text(text: str, decimal: str | None) -> Decimal:
    if len(text) <= MAX_DIGITS and text.isdecimal():
        return Decimal(text)
    if len(text) > _LONGEST:
        raise _no_number()
    if _BY_PROGRAMS.fullmatch(text):
        return Decimal(text)
    if _SHORTENED.fullmatch(text):
        raise Wrong("damaged_number", "a spreadsheet has shortened this number; its last digits are lost")
    sign, bare = _bare(text)
    if _PLAIN.fullmatch(bare):
        return Decimal(sign + bare)
    return Decimal(sign + _with_a_point(bare, decimal))


def _bare(text: str) -> tuple[str, str]:
    """The sign, and the digits with their marks: without currency, without blanks between thousands."""
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    found = _AROUND.fullmatch(text)
    if found is None or (found[1] and found[2]):
        return "", text
    return (found[1] or found[2]).replace("+", ""), _BLANKS.sub("", found[3])


def _with_a_point(text: str, decimal: str | None) -> str:
    if decimal is None:
        if _EITHER.fullmatch(text):
            raise Wrong("ambiguous_number", "thousands or decimals? Choose the decimal mark of this column")
        decimal = _mark(text)
    if decimal is None or not any(map(str.isdigit, text)) or not _NOTATIONS[decimal].fullmatch(text):
        raise _no_number()
    thousands = "." if decimal == "," else ","
    return text.replace(thousands, "").replace(decimal, ".")


_NOTATIONS: Final = {".": _WITH_POINT, ",": _WITH_COMMA}


def _limited(number: Decimal) -> int | float:
    number = number.normalize()
    if len(number.as_tuple().digits) > MAX_DIGITS:
        raise Wrong("too_precise", f"at most {MAX_DIGITS} significant digits")
    if number and not -MAX_DIGITS <= number.adjusted() < MAX_DIGITS:
        raise Wrong("out_of_range", "a number below 10^15, no nearer to zero than 10^-15")
    return int(number) if number == number.to_integral_value() else float(number)


def _no_number() -> Wrong:
    return Wrong("invalid_number", "a number is expected, such as 1234.56")
