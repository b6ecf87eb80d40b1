"""E-mail addresses: equal ignoring case, domain in IDNA form; dots and +tag are part of the address."""

import re
import unicodedata
from urllib.parse import unquote

import idna

from identity.model import EMAIL, Identity, InvalidContact
from identity.text import is_storable, without_invisible_marks

# RFC 5321: 64 octets before the @, and 254 for the whole once the brackets of a path are taken off its 256.
_LONGEST_LOCAL, _LONGEST = 64, 254
_DISPLAY_NAME = re.compile(r"[^<>@]*<([^<>]*)>")
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.IGNORECASE)
_LOOSE_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.\x80-\U0010ffff-]+", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_LOOSE_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")


def read_email(text: str, *, lenient: bool) -> tuple[str, Identity]:
    """The shown address and its identity. Accepted around it: `mailto:`, and "Name <address>".

    `lenient` also takes what some mail systems deliver although no standard allows it: doubled or outer dots
    before the @, underscores and single names as domain, a final dot.
    """
    local, separator, domain = _bare(text).rpartition("@")
    if not separator:
        raise InvalidContact("invalid_email", "there is no @")
    local = unicodedata.normalize("NFC", local)
    domain = _domain(domain, lenient=lenient)
    if not _is_local(local, lenient=lenient):
        raise InvalidContact("invalid_email", "the part before the @ is not one")
    address = f"{local}@{domain}"
    if len(local.encode()) > _LONGEST_LOCAL or len(address.encode()) > _LONGEST:
        raise InvalidContact("invalid_email", "longer than an e-mail address can be")
    return address, Identity(EMAIL, f"{_caseless(local)}@{domain}")


def _bare(text: str) -> str:
    text = without_invisible_marks(text)
    if text[:7].lower() == "mailto:":
        text = unquote(text[7:].partition("?")[0]).strip()
    elif match := _DISPLAY_NAME.fullmatch(text):
        text = match[1].strip()
    return text


def _is_local(local: str, *, lenient: bool) -> bool:
    if not (_LOOSE_LOCAL if lenient else _LOCAL).fullmatch(local):
        return False
    return local.isascii() or (is_storable(local) and not any(_is_blank(c) for c in local))


def _is_blank(character: str) -> bool:
    return unicodedata.category(character)[0] in "CZ" and character not in "\u200c\u200d"


def _caseless(local: str) -> str:
    """Lower case; not case folding, which would join "straße" and "strasse": different mailboxes."""
    if local.isascii():
        return local.lower()
    return unicodedata.normalize(
        "NFC", local.lower().replace("\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")
    )


def _domain(domain: str, *, lenient: bool) -> str:
    if not domain.isascii():
        domain = _encoded(domain)
    domain = domain.lower()
    if lenient:
        domain = domain.removesuffix(".")
    if not (
        _DOMAIN.fullmatch(domain) or (lenient and _LOOSE_DOMAIN.fullmatch(domain) and ".." not in domain)
    ):
        raise InvalidContact("invalid_email", "the part after the @ is not a domain")
    return domain


def _encoded(domain: str) -> str:
    if len(domain) > _LONGEST:
        raise InvalidContact("invalid_email", "longer than an e-mail address can be")
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError) as error:
        raise InvalidContact("invalid_email", "the part after the @ is not a domain") from error
