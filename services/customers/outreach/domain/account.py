"""The account of a channel that a connector speaks for, and the routing key under which it hears requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

TYPE: Final = "conversation.requested.v1"
CHANNEL: Final = re.compile(r"[a-z][a-z0-9_.-]{0,49}")
LONGEST_SOURCE: Final = 255

_SOURCE: Final = re.compile(rf"/channels/({CHANNEL.pattern})/([^\x00-\x20\x7f-\xa0\ud800-\udfff]+)")
_LONGEST_KEY: Final = 255  # bytes, as AMQP has room for


@dataclass(frozen=True, slots=True)
class Account:
    """`/channels/<channel>/<name>`; the name may have slashes of its own."""

    channel: str
    name: str

    @property
    def source(self) -> str:
        return f"/channels/{self.channel}/{self.name}"

    @property
    def routing_key(self) -> str:
        """Different for every two accounts, and a binding with it matches this account alone.

        Whatever has a meaning in routing keys or bindings, or could be mistaken for something else in
        percent-encoding, is percent-encoded: each of channel and name is exactly one word.
        """
        return f"{TYPE}.{_word(self.channel)}.{_word(self.name)}"


def find_account(source: str) -> Account | None:
    """The account that a source names; None for a source that nothing can be asked of."""
    found = _SOURCE.fullmatch(source)
    if found is None or len(source) > LONGEST_SOURCE:
        return None
    account = Account(found[1], found[2])
    return account if len(account.routing_key) <= _LONGEST_KEY else None


def _word(text: str) -> str:
    return quote(text, safe="").replace(".", "%2E").replace("~", "%7E")
