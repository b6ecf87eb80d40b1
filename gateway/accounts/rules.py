"""What a user, a team and an API key must be. Pure: values in, values or errors out."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from servicekit.errors import Conflict, Invalid
from servicekit.scope import ADMIN, AGENT, CONNECTOR

_SOURCE = re.compile(r"/[A-Za-z0-9._~/-]{0,198}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def folded(text: str) -> str:
    """The form in which names and e-mails are compared: no case, no compatibility spellings."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def checked_email(email: str) -> str:
    email = email.strip()
    if not _EMAIL.fullmatch(email):
        raise Invalid.at("/email", "invalid_email", "This is not an e-mail address.")
    return email


def checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Invalid.at("/name", "required", "A name has at least one character.")
    return name


def keeps_an_administrator(
    before: dict[str, Any], after: dict[str, Any], *, other_active_admins: int
) -> None:
    """Raises Conflict when the change would leave the deployment without an active administrator."""
    was = before["active"] and before["role"] == ADMIN
    stays = after["active"] and after["role"] == ADMIN
    if was and not stays and other_active_admins == 0:
        raise Conflict("last_administrator", {})


def checked_key(key: dict[str, Any]) -> dict[str, Any]:
    """An API key's rights fit its role: agents name their teams, connectors their sources."""
    role, source, teams = key["role"], key.get("source"), key.get("teams") or []
    if role == CONNECTOR and not source:
        raise Invalid.at("/source", "required", "A connector's key is bound to a source prefix.")
    if role != CONNECTOR and source is not None:
        raise Invalid.at("/source", "not_allowed", "Only connectors have a source prefix.")
    if source is not None and not _SOURCE.fullmatch(source):
        raise Invalid.at(
            "/source", "invalid_source", "A path that begins with a slash, such as /channels/web."
        )
    if role == ADMIN and teams:
        raise Invalid.at("/teams", "not_allowed", "Administrators see every team.")
    if role == AGENT and not teams:
        raise Invalid.at("/teams", "required", "An agent's key names the teams whose customers it sees.")
    return key


def within_source(prefix: str, source: str) -> bool:
    """Whether a source lies under a connector's prefix. Whole segments: /a/b is not under /a/bc."""
    return source == prefix or source.startswith(prefix.rstrip("/") + "/")
