"""Which columns say how somebody is reached: they are not for whom contact data is hidden from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from servicekit.text import folded

_NAMES: Final = frozenset(
    {
        *("email", "e-mail", "emails", "e-mails"),
        *("phone", "phones", "telephone", "telefone", "celular", "mobile", "whatsapp", "whatsapps"),
        *("instagram", "facebook", "telegram", "external"),
    }
)
_LOOKED_AT: Final = 1_000
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE: Final = re.compile(r"\+?[\d\s().\-/]{8,24}")
_DIGITS: Final = range(8, 16)


def is_contact(field: str, values: Sequence[Any], type: str) -> bool:
    """By its name, or because most of its values look like e-mails or phone numbers.

    In doubt yes: a column too few can be renamed in the file, a number once told cannot be taken back.
    """
    if folded(field) in _NAMES:
        return True
    if type not in ("text", "list", "number"):
        return False
    looked_at = list(islice(values, _LOOKED_AT))
    return 2 * sum(map(_is_address, looked_at)) > len(looked_at)


def _is_address(value: Any) -> bool:
    if isinstance(value, int):
        return 10**9 <= value < 10**15
    if not isinstance(value, str):
        return False
    text = value.strip()
    if _EMAIL.fullmatch(text):
        return True
    return _PHONE.fullmatch(text) is not None and sum(map(str.isdigit, text)) in _DIGITS
