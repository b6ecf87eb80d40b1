"""What a file is read by: fields with their options, and who may be named in it."""

from __future__ import annotations

from typing import Any

from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.fields.domain.definitions import Field
from services.customers.importing import rights
from services.customers.messages import is_masked

Json = dict[str, Any]


def facts_for(scope: Scope, known: Configuration) -> Json:
    """Agents name their own teams only."""
    directory, settings = known.directory, known.settings
    teams = [t for t in directory.teams.values() if scope.is_admin or t.id in scope.team_ids]
    named = {"default_region": settings.default_region, "time_zone": settings.time_zone}
    return {
        "fields": [_field(each) for each in known.fields.in_use()],
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
        "may_import": rights.may_import(scope, known),
        "may_export": rights.may_export(scope, known),
        "masked": is_masked(scope, known),
    }


def _field(field: Field) -> Json:
    options = [{"id": str(o.id), "label": o.label} for o in field.options if not o.archived]
    return {
        "key": field.key,
        "label": field.label,
        "type": field.type,
        "required": field.required,
        "options": options,
    }
