"""From anything that was given as a contact point to the one form that the rest of the system uses."""

from functools import lru_cache

from identity import whatsapp
from identity.emails import read_email
from identity.lines import find_line
from identity.model import KINDS, LINE, ContactPoint, Identity, InvalidContact
from identity.platform import read_platform_id
from identity.text import MAX_RAW, is_storable, plain, trimmed
from identity.written import Written, read_written


def normalise(
    kind: str, raw: str, *, scope: str = "", default_region: str = "BR", lenient: bool = False
) -> ContactPoint:
    """The contact point that `raw` means, or InvalidContact. Pure: the same arguments, the same answer.

    `scope` is the channel account that issued a platform id; numbers and e-mails do not need it.
    `default_region` (ISO 3166) is where a number without country code is at home.

    `lenient=False` is for what people type: a number must have a length that its country has for subscribers,
    assigned or not, so that test numbers pass and local numbers without area code do not.
    `lenient=True` is for what a channel delivered: 7 to 15 international digits are a number whatever
    libphonenumber thinks, and a WhatsApp number without "+" is read as international digits first.
    """
    if kind not in KINDS:
        raise InvalidContact("unknown_kind", "not a kind of contact point")
    if len(raw) > MAX_RAW:
        raise InvalidContact("too_long", f"at most {MAX_RAW} characters")
    return _normalise(kind, raw, scope, default_region, lenient)


# Messages of one conversation bring the same address again and again, often within one batch.
@lru_cache(maxsize=16_384)
def _normalise(kind: str, raw: str, scope: str, region: str, lenient: bool) -> ContactPoint:
    text = trimmed(raw)
    if not is_storable(text):
        raise InvalidContact(_code(kind), "contains control characters")
    if kind == "email":
        value, identity = read_email(text, lenient=lenient)
    elif kind in ("phone", "whatsapp"):
        value, identity = _read_line(kind, text, scope, region, lenient)
    else:
        value, identity = read_platform_id(kind, text, scope=scope)
    return ContactPoint(kind, value, text, identity)


def _read_line(kind: str, text: str, scope: str, region: str, lenient: bool) -> tuple[str, Identity]:
    text = whatsapp.without_prefix(plain(text)).strip()
    written = None if "@" in text else read_written(text)
    if written is None and (address := whatsapp.read_address(text)):
        if address.crowd:
            raise InvalidContact("not_a_person", "a WhatsApp group, broadcast or newsletter")
        if address.platform_id and kind == "whatsapp":
            return read_platform_id(kind, address.platform_id, scope=scope)
        written = read_written(address.number)
    if written is None:
        raise InvalidContact(_code(kind), "not a telephone number")
    return _read_number(kind, written, region, lenient)


def _read_number(kind: str, written: Written, region: str, lenient: bool) -> tuple[str, Identity]:
    international_first = lenient and kind == "whatsapp"
    line = find_line(written, region=region, international_first=international_first, lenient=lenient)
    if line is None:
        raise InvalidContact(_code(kind), "not a complete telephone number")
    extension = f";ext={written.extension}" if written.extension else ""
    return f"+{line.shown}{extension}", Identity(LINE, f"+{line.key}{extension}")


def _code(kind: str) -> str:
    return f"invalid_{kind}" if kind in ("email", "phone", "whatsapp") else "invalid_id"
