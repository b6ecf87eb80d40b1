"""What a search box and a name field need to know about contact data."""

import re

from identity import spellings, whatsapp
from identity.lines import all_lines
from identity.model import LINE, Identity
from identity.text import MAX_RAW, is_storable, plain, trimmed, without_invisible_marks
from identity.written import read_written

_ONLY_A_NUMBER = re.compile(r"[~+()\s./-]*(?:\d[+()\s./-]*){7,}")
_ONLY_AN_EMAIL = re.compile(r"<?(?:mailto:)?[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;.]+>?", re.IGNORECASE)


def line_candidates(query: str, *, default_region: str = "BR") -> list[str]:
    """The values in the space "line" that a complete number typed into a search box may be, likeliest first.

    Read in the default region and as international digits, each with every spelling folded; the empty list
    for anything that is not a complete number. An extension is left out: search for it as a prefix.
    """
    if len(query) > MAX_RAW or not is_storable(text := trimmed(query)):
        return []
    text = whatsapp.without_prefix(plain(text))
    address = whatsapp.read_address(text)
    written = read_written(address.number if address else text)
    lines = all_lines(written, region=default_region) if written else []
    return list(dict.fromkeys("+" + line.key for line in lines))


def line_spellings(identity: Identity) -> tuple[str, ...]:
    """All E.164 spellings in use of a line, the canonical one first; empty for other spaces.

    Made for search: an index that holds them finds a number typed without its ninth digit.
    """
    if identity.space != LINE:
        return ()
    number, separator, extension = identity.value.partition(";")
    digits = number.removeprefix("+")
    return tuple(f"+{spelling}{separator}{extension}" for spelling in (digits, *spellings.others(digits)))


def is_contact_like(name: str) -> bool:
    """True for a "name" that says nobody's name: empty, or only a phone, an e-mail or a WhatsApp address."""
    if name.replace(" ", "").isalpha():
        return False  # nothing of a number or an address is made of letters and spaces alone
    text = without_invisible_marks(trimmed(name)).strip()
    if not text:
        return True
    if len(text) > MAX_RAW:
        return False
    if _ONLY_AN_EMAIL.fullmatch(text):
        return True
    text = whatsapp.without_prefix(plain(text)).strip()
    address = whatsapp.read_address(text)
    if address is not None and address != whatsapp.BROKEN:
        return True
    written = read_written(text)
    return bool(_ONLY_A_NUMBER.fullmatch(text) or (written and len(written.digits) >= 7))
