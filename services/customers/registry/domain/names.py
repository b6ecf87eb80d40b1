"""Names of customers: what is a name, and what somebody is called who has told none."""

from __future__ import annotations

import re

from identity import is_contact_like

LONGEST = 200

# Controls (NUL among them), lone surrogates and noncharacters belong to no name; some cannot be stored.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class BadName(ValueError):
    """`code`: required, too_long or invalid_characters."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def clean_name(raw: str | None) -> str:
    """The name as it is kept, or BadName. A "name" that is only a phone or an e-mail counts as none."""
    name = (raw or "").strip()
    if _REFUSED.search(name):
        raise BadName("invalid_characters", "control characters are not allowed")
    if len(name) > LONGEST:
        raise BadName("too_long", f"at most {LONGEST} characters")
    if is_contact_like(name):
        raise BadName("required", "a name is needed; a phone number or an e-mail address is none")
    return name


def automatic_name(channel: str, characters: str) -> str:
    """What an unknown person is called until they tell: never made from an address."""
    shown = channel.replace("_", " ").replace("-", " ").strip()
    return f"{shown[:1].upper()}{shown[1:]} contact {characters}"
