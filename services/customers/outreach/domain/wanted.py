"""What somebody asks for, checked in itself: plain JSON in, a Wanted or one Invalid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from identity.text import is_storable
from servicekit.inputs import find_id
from servicekit.problems import Problems, escaped
from services.customers.outreach.domain.account import CHANNEL, Account, find_account

MAX_MESSAGE: Final = 4_000
_LINE_BREAKS: Final = str.maketrans("", "", "\r\n\t")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A conversation on a channel; what is None is to be found out."""

    channel: str
    account: Account | None = None
    team: UUID | None = None
    contact_point_id: UUID | None = None
    message: str | None = None


class _Wrong(ValueError):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def read(data: Mapping[str, Any], *, masked: bool) -> Wanted:
    """Raises Invalid with all that is wrong. Masked callers do not know which addresses there are."""
    problems = Problems()
    for key in sorted(data.keys() - _READERS.keys()):
        problems.add(f"/{escaped(key)}", "unknown_property", "a conversation is not asked for with this")
    if masked and data.get("contact_point_id") is not None:
        problems.add("/contact_point_id", "field_hidden", "contact data is hidden from you")
    values: dict[str, Any] = {}
    for key, (name, reader) in _READERS.items():
        if data.get(key) is not None or key == "channel":
            try:
                values[name] = reader(data.get(key))
            except _Wrong as error:
                problems.add(f"/{key}", error.code, error.detail)
    problems.raise_if_any()
    return Wanted(**values)


def _channel(value: Any) -> str:
    if not (isinstance(value, str) and CHANNEL.fullmatch(value)):
        raise _Wrong("invalid_channel", "the name of a channel is expected: whatsapp, email, webchat, …")
    return value


def _account(value: Any) -> Account:
    account = find_account(value) if isinstance(value, str) else None
    if account is None:
        raise _Wrong("invalid_source", "a source is expected: /channels/<channel>/<account>")
    return account


def _team(value: Any) -> UUID:
    return _id(value, "unknown_team", "there is no such team")


def _contact_point(value: Any) -> UUID:
    return _id(value, "unknown_contact_point", "this customer has no such contact point")


def _message(value: Any) -> str | None:
    if not isinstance(value, str) or not is_storable(value.translate(_LINE_BREAKS)):
        raise _Wrong("invalid_text", "a text without control characters is expected")
    text = value.strip()
    if len(text) > MAX_MESSAGE:
        raise _Wrong("too_long", f"at most {MAX_MESSAGE:,} characters")
    return text or None


def _id(value: Any, code: str, detail: str) -> UUID:
    found = find_id(value)
    if found is None:
        raise _Wrong(code, detail)
    return found


_READERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "channel": ("channel", _channel),
    "source": ("account", _account),
    "team": ("team", _team),
    "contact_point_id": ("contact_point_id", _contact_point),
    "message": ("message", _message),
}
