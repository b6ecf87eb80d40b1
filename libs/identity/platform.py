"""Ids that a platform issued: opaque, kept as they came, unique within the account that issued them."""

import re

from identity.model import Identity, InvalidContact
from identity.text import is_storable

_LONGEST = 255
_ADDRESS_OF_A_PROFILE = re.compile(r"https?://|www\.", re.IGNORECASE)


def read_platform_id(kind: str, text: str, *, scope: str) -> tuple[str, Identity]:
    """The id and its identity in the space "<kind>:<scope>".

    User names ("@ana", a link to a profile) change hands and are refused as ids. Telegram gives groups and
    channels negative ids: they are not people.
    """
    if not text or text.startswith("@") or _ADDRESS_OF_A_PROFILE.match(text):
        raise InvalidContact("invalid_id", "an id is needed, not a user name or a link")
    if len(text) > _LONGEST or len(scope) > _LONGEST:
        raise InvalidContact("too_long", f"an id has at most {_LONGEST} characters")
    if not is_storable(scope):
        raise InvalidContact("invalid_id", "the scope contains control characters")
    if kind == "telegram" and re.fullmatch(r"-\d+", text, re.ASCII):
        raise InvalidContact("not_a_person", "a Telegram group or channel")
    return text, Identity(f"{kind}:{scope}", text)
