"""What a form needs to build a filter: the fields that the caller may use, with operations and options."""

from __future__ import annotations

from typing import Any, Final

from services.customers.fields.domain.definitions import WITH_OPTIONS
from services.customers.fields.messages import option_message
from services.customers.filters.context import Asker
from services.customers.filters.domain import catalogue
from services.customers.filters.domain.calendar import UNITS
from services.customers.filters.domain.catalogue import Known
from services.customers.registry.domain.customer import STATUSES

Json = dict[str, Any]
_SHOWN_TYPES: Final = {"status": "select", "channel": "text"}


def filter_schema(asker: Asker) -> Json:
    """Tags are not listed here: there may be many, and GET /v1/tags has them."""
    fields = catalogue.fields_of(asker.configuration.fields, masked=asker.masked)
    return {
        "fields": [_field(known, asker) for known in fields],
        "limits": {
            "depth": catalogue.MAX_DEPTH,
            "leaves": catalogue.MAX_LEAVES,
            "values": catalogue.MAX_VALUES,
            "text": catalogue.MAX_TEXT,
        },
        "units": list(UNITS),
        "time_zone": asker.configuration.settings.time_zone,
    }


def _field(known: Known, asker: Asker) -> Json:
    options = _options(known, asker)
    return {
        "field": known.name,
        "label": known.label,
        "type": _SHOWN_TYPES.get(known.type, known.type),
        "ops": list(known.ops),
        "sortable": known.sortable,
        **({} if options is None else {"options": options}),
    }


def _options(known: Known, asker: Asker) -> list[Json] | None:
    if known.custom and known.type in WITH_OPTIONS:
        return [
            {key: value for key, value in option_message(option).items() if key in _OPTION}
            for option in known.custom.options
        ]
    if known.type == "status":
        return [_option(status, status.capitalize()) for status in STATUSES]
    if known.type == "teams":
        teams = asker.configuration.directory.teams.values()
        own = [team for team in teams if asker.scope.is_admin or team.id in asker.scope.team_ids]
        return [_option(team.id, team.name) for team in sorted(own, key=lambda team: (team.name, team.id))]
    return [_option("me", "Me")] if known.type == "user" else None


_OPTION: Final = frozenset({"id", "label", "colour", "archived"})


def _option(id: str, label: str) -> Json:
    return {"id": id, "label": label, "colour": None, "archived": False}
