"""What a file is read by: fields with their options, and who may be named in it; and what the caller may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.fields.domain.definitions import Field
from services.customers.importing import rights
from services.customers.messages import is_masked

Json = dict[str, Any]
# A company has up to 200,000, which no message has room for. Files are mapped without them: options only
# help to guess which column is which field, and are shown in templates.
MAX_OPTIONS: Final = 5_000


def facts_for(scope: Scope, known: Configuration) -> Json:
    """Agents name their own teams only."""
    directory, settings = known.directory, known.settings
    teams = [t for t in directory.teams.values() if scope.is_admin or t.id in scope.team_ids]
    named = {"default_region": settings.default_region, "time_zone": settings.time_zone}
    return {
        "fields": list(_fields(known.fields.in_use())),
        "teams": [{"id": team.id, "name": team.name} for team in sorted(teams, key=lambda t: (t.name, t.id))],
        "users": [
            {"id": user.id, "name": user.name}
            for user in sorted(directory.users.values(), key=lambda u: (u.name, u.id))
            if user.active
        ],
        "settings": {**named, "allow_duplicates": settings.allow_duplicates},
        **named,
        "allow_duplicates": settings.allow_duplicates,
        "own_teams": sorted(scope.team_ids),
        **rights_for(scope, known),
    }


def rights_for(scope: Scope, known: Configuration) -> Json:
    return {
        "may_import": rights.may_import(scope, known),
        "may_export": rights.may_export(scope, known),
        "masked": is_masked(scope, known),
    }


def _fields(fields: Iterable[Field]) -> Iterator[Json]:
    """Each has all of its options or, once there is no room for those, none."""
    room = MAX_OPTIONS
    for field in fields:
        options = [{"id": str(o.id), "label": o.label} for o in field.options if not o.archived]
        fits = len(options) <= room
        room -= len(options) if fits else 0
        yield {
            "key": field.key,
            "label": field.label,
            "type": field.type,
            "required": field.required,
            "options": options if fits else [],
            "options_left_out": not fits,
        }
