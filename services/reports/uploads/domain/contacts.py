"""Which columns say how somebody is reached: they are not for whom contact data is hidden from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from identity import is_contact_like
from servicekit.text import folded

_NAMES: Final = frozenset({"instagram", "facebook", "telegram", "external"})
_WORDS: Final = frozenset(
    {
        *("email", "emails", "mail", "mails", "whatsapp", "whatsapps", "whats", "zap"),
        *("phone", "phones", "telephone", "telephones", "mobile", "mobiles", "cell", "cellphone", "tel"),
        *("telefone", "telefones", "telefono", "telefonos", "fone", "fones", "cel", "celular", "celulares"),
    }
)
_HOLDING_ADDRESSES: Final = frozenset({"text", "list", "number"})
_NEW_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD: Final = re.compile(r"[^\W\d_]+")

_LOOKED_AT: Final = 500
_CHARACTERS: Final = 500
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"'()]{1,64}@[^\s@<>,;:\"'().]{1,64}\.[^\s@<>,;:\"'()]")
_HANDLE: Final = re.compile(r"@[\w.]{2,64}")
_LINK: Final = re.compile(
    r"\b(?:(?:wa|t|m)\.me|whatsapp\.com|telegram\.me|instagram\.com|facebook\.com|fb\.com)/\S"
    r"|\b(?:whatsapp|tg|tel|sms|callto|mailto):\S",
    re.IGNORECASE,
)
_DAY: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d([-/.])[01]?\d\1[0-3]?\d|[0-3]?\d([-/.])[01]?\d\2(?:19|20)?\d\d)(?!\d)"
    r"(?:[T ]{1,2}[0-2]?\d:[0-5]\d)?"
)
_YEARS: Final = re.compile(r"(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d")
_NUMBER: Final = re.compile(r"(?<![\w.-])\+?(?:[\s().\-/]{0,3}\d){8,15}(?![\w-])")
_LEAST_DIGITS: Final = 7


def is_contact(field: str, values: Sequence[Any], type: str, *, ours: bool = False) -> bool:
    """By its name, or because most of its values hold an e-mail, a phone number, or the like.

    In doubt yes: a column too few can be renamed in the file, a number once told cannot be taken back. Of a
    field of `ours` that holds no addresses today's reports tell, whatever it is called.
    """
    name = folded(field).replace("e-mail", "email")
    if name in _NAMES or name in _WORDS:
        return True
    if type not in _HOLDING_ADDRESSES:
        return False
    if not ours and not _WORDS.isdisjoint(_words(field)):
        return True
    step = max(1, len(values) // _LOOKED_AT)  # files are sorted: the first may be of one kind
    looked_at = values[::step]
    return 2 * sum(map(is_address, looked_at)) > len(looked_at)


def is_address(value: Any) -> bool:
    """Whether it holds one, alone or among other words."""
    if isinstance(value, int | float):
        return 10**9 <= value < 10**15
    return isinstance(value, str) and _holds_address(value[:_CHARACTERS].strip())


def _words(field: str) -> list[str]:
    name = folded(_NEW_WORD.sub(" ", field)).replace("e-mail", "email").replace("e mail", "email")
    return _WORD.findall(name)


def _holds_address(text: str) -> bool:
    if "@" in text and (_EMAIL.search(text) or _HANDLE.fullmatch(text)):
        return True
    if (":" in text or "/" in text) and _LINK.search(text):
        return True
    if "@" not in text and sum(map(str.isdigit, text)) < _LEAST_DIGITS:
        return False
    rest = _YEARS.sub(" ", _DAY.sub(" ", text)).strip()
    return bool(rest) and (is_contact_like(rest) or _NUMBER.search(rest) is not None)
