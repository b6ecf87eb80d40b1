"""WhatsApp's own ways to name a person: addresses of its servers, links, ids that are not numbers.

Sources: Baileys and whatsmeow (JID servers, device parts), WhatsApp's help on click-to-chat links, Meta's
documentation of business-scoped user ids ("BR.1502576394655843").
"""

import re
from dataclasses import dataclass

_PREFIX = re.compile(r"(?:whatsapp|wa)\s*:\s*(?!//)", re.IGNORECASE)
_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?wa\.me/(?P<path>\+?\d+)/?(?:\?.*)?"
    r"|(?:(?:https?://)?(?:api|web|www)\.whatsapp\.com/send/?|whatsapp://send/?)"
    r"\?(?:[^#]*&)?phone=(?P<query>(?:\+|%2B)?\d+)(?:[&#].*)?",
    re.IGNORECASE,
)
_NUMBER_SERVERS = frozenset({"s.whatsapp.net", "c.us", "hosted"})
_LID_SERVERS = frozenset({"lid", "hosted.lid"})
_CROWD_SERVERS = frozenset({"g.us", "broadcast", "newsletter", "bot", "call"})
_USER = re.compile(r"\+?([\w-]+?)(?:[._]\d{1,3})?(?::\d{1,5})?", re.ASCII)
_BARE_DEVICE = re.compile(r"(\+?\d{7,15}):\d{1,5}")
_BUSINESS_SCOPED = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


@dataclass(frozen=True, slots=True)
class Address:
    """What a WhatsApp spelling says. Exactly one of the fields is set; all are empty for a broken address."""

    number: str = ""
    platform_id: str = ""
    crowd: bool = False


BROKEN = Address()


def read_address(text: str) -> Address | None:
    """The address in `text`, or None when nothing in it is WhatsApp's and it must be read as a plain number.

    A number in an address is international, so it comes back with "+".
    """
    if match := _LINK.fullmatch(text):
        digits = (match["path"] or match["query"]).lstrip("+")
        return Address(number="+" + digits.removeprefix("%2B").removeprefix("%2b"))
    if "@" in text:
        return _jid(*text.rsplit("@", 1))
    if match := _BARE_DEVICE.fullmatch(text):
        return Address(number="+" + match[1].lstrip("+"))
    if _BUSINESS_SCOPED.fullmatch(text):
        return Address(platform_id=text)
    return None


def without_prefix(text: str) -> str:
    return text[match.end() :] if (match := _PREFIX.match(text)) else text


def _jid(user: str, server: str) -> Address:
    server = server.lower()
    if server in _CROWD_SERVERS:
        return Address(crowd=True)
    match = _USER.fullmatch(user)
    if match is None:
        return BROKEN
    if server in _LID_SERVERS:
        return Address(platform_id=f"{match[1]}@lid")
    if server in _NUMBER_SERVERS and match[1].isdigit():
        return Address(number="+" + match[1])
    return BROKEN
