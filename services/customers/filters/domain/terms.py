"""Single values that are looked for as they are: texts, addresses, choices, people, teams, tags."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from identity import InvalidContact, digits_of, normalise
from identity.text import is_storable
from servicekit.inputs import find_id
from servicekit.text import folded
from services.customers.fields.domain.definitions import Definitions, Field
from services.customers.fields.domain.scalars import InvalidValue
from services.customers.filters.domain.calendar import Calendar
from services.customers.filters.domain.catalogue import MAX_TEXT, Known
from services.customers.registry.domain.customer import STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the words of a filter mean to one caller at one moment.

    `kept`: the filter was written before, maybe by somebody else. Teams and users that the caller may not
    name are nobody's then, instead of a fault.
    """

    fields: Definitions
    calendar: Calendar
    user_id: UUID
    users: Collection[str]
    teams: Collection[str]  # those that the caller may name
    region: str
    masked: bool
    kept: bool = False


def read_term(known: Known, value: Any, words: Vocabulary) -> tuple[Any, ...]:
    """What the value stands for: one thing, or the several numbers of an option. Raises InvalidValue."""
    return _READERS[known.type](known, _text(value), words)


def read_part(known: Known, value: Any) -> str:
    """A part of a text or of an address, as it is compared."""
    text = _text(value)
    part = digits_of(text) if known.type == "phone" else folded(text)
    if not part:
        wanted = "digits are" if known.type == "phone" else "a text is"
        raise InvalidValue("invalid_value", f"{wanted} expected")
    if known.type == "email" and " " in part:
        raise InvalidValue("invalid_value", "an e-mail address holds no space")
    return part


def _text(value: Any) -> str:
    if not isinstance(value, str) or not is_storable(value):
        raise InvalidValue("invalid_value", "a text without control characters is expected")
    if len(value) > MAX_TEXT:
        raise InvalidValue("too_long", f"at most {MAX_TEXT} characters")
    return value


def _folded(known: Known, text: str, words: Vocabulary) -> tuple[str]:
    if not (found := folded(text)):
        raise InvalidValue("invalid_value", "a text is expected; is_not_set finds empty ones")
    return (found,)


def _address(known: Known, text: str, words: Vocabulary) -> tuple[Any]:
    try:
        return (normalise(known.name, text, default_region=words.region).identity,)
    except InvalidContact as error:
        raise InvalidValue("invalid_value", error.detail) from None


def _status(known: Known, text: str, words: Vocabulary) -> tuple[str]:
    if text not in STATUSES:
        raise InvalidValue("unknown_option", f"one of {', '.join(STATUSES)}")
    return (text,)


def _user(known: Known, text: str, words: Vocabulary) -> tuple[UUID, ...]:
    if text == "me":
        return (words.user_id,)
    found = find_id(text)
    if found is not None and str(found) in words.users:
        return (found,)
    return _unknown(words, "unknown_user", "there is no such user")


def _team(known: Known, text: str, words: Vocabulary) -> tuple[UUID, ...]:
    found = find_id(text)
    if found is not None and str(found) in words.teams:
        return (found,)
    return _unknown(words, "unknown_team", "there is no such team")


def _unknown(words: Vocabulary, code: str, detail: str) -> tuple[()]:
    if words.kept:
        return ()
    raise InvalidValue(code, detail)


def _tag(known: Known, text: str, words: Vocabulary) -> tuple[str]:
    """Its id or its name as it is: which tags there are is looked up once for the whole filter."""
    return (text,)


def _option(known: Known, text: str, words: Vocabulary) -> tuple[int, ...]:
    field = _field_of(known)
    option = field.by_id.get(text.lower()) or field.by_label.get(folded(text))
    if option is None:
        raise InvalidValue("unknown_option", "this field has no such option")
    return tuple(sorted(field.numbers_of(option)))


def _field_of(known: Known) -> Field:
    assert known.custom is not None, "standard fields have no options"
    return known.custom


_READERS: Final[dict[str, Callable[[Known, str, Vocabulary], tuple[Any, ...]]]] = {
    "text": _folded,
    "url": _folded,
    "channel": _folded,
    "email": _address,
    "phone": _address,
    "status": _status,
    "user": _user,
    "teams": _team,
    "tags": _tag,
    "select": _option,
    "multiselect": _option,
}
