"""The words of this library: contact points, identities, and the one error."""

from dataclasses import dataclass

KINDS = ("email", "phone", "whatsapp", "instagram", "facebook", "telegram", "external")

LINE = "line"
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Identity:
    """What is unique in the database: two contact points with equal identities are the same address.

    `space` is "line" (phone and WhatsApp numbers together), "email", or "<kind>:<scope>".
    """

    space: str
    value: str


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One way to reach a person.

    `value` is what people are shown: E.164 (with ";ext=123" for an extension), an e-mail with its domain in
    lower-case IDNA form, a platform id as it came. `raw` is what was given, trimmed: a channel that needs its
    own spelling of a number to answer finds it there.
    """

    kind: str
    value: str
    raw: str
    identity: Identity


class InvalidContact(ValueError):
    """Refused: `code` is for programs, `detail` is a short English reason that never repeats the input.

    Codes: unknown_kind, too_long, invalid_email, invalid_phone, invalid_whatsapp, invalid_id, not_a_person.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"
