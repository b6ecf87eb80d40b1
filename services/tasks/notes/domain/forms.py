"""What somebody typed: a new note, or a change of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from servicekit.forms import Wrong, read_flag, read_form, read_text
from servicekit.inputs import find_id

LONGEST_BODY: Final = 10_000
_Readers = Mapping[str, Callable[[Any], Any]]
_read_body = partial(read_text, longest=LONGEST_BODY, lines=True)


@dataclass(frozen=True, slots=True)
class NewNote:
    """Without a team it is for the one that fits, see domain/teams.py."""

    body: str
    team: UUID | None
    pinned: bool


@dataclass(frozen=True, slots=True)
class NotePatch:
    """What is None stays as it is."""

    body: str | None = None
    pinned: bool | None = None


def read_note(data: Mapping[str, Any]) -> NewNote:
    """Raises Invalid with all that is wrong."""
    values = read_form({"body": None, **data}, _NEW)
    return NewNote(values["body"], values.get("team"), values.get("pinned", False))


def read_patch(data: Mapping[str, Any]) -> NotePatch:
    """Raises Invalid with all that is wrong: a note keeps its team, its customer and its author."""
    return NotePatch(**read_form(data, _PATCH))


def _read_team(value: Any) -> UUID | None:
    found = find_id(value)
    if found is None and value is not None:
        raise Wrong("unknown_team", "there is no such team")
    return found


_PATCH: Final[_Readers] = {"body": _read_body, "pinned": read_flag}
_NEW: Final[_Readers] = {**_PATCH, "team": _read_team}
