"""Renames, as customers tells of them. Twice without harm, and in any order: the latest revision says what a
thing is called now, and each says what it was called once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from servicekit.database import UnitOfWork
from servicekit.events import BadEvent, subscribe
from servicekit.events.cloudevent import Event
from servicekit.inputs import find_id
from services.reports.configuring.domain.named import TAGS
from services.reports.following import repository
from services.reports.following.domain.rename import Rename

Json = dict[str, Any]
OPTION: Final = "custom_field.option_renamed.v1"
TAG: Final = "tag.renamed.v1"
_ID: Final = {"type": "string"}
_LABEL: Final = {"type": "string", "minLength": 1}
_JOINED: Final = {"type": ["string", "null"]}
_SCHEMAS: Final[Mapping[str, Json]] = {
    OPTION: {
        "type": "object",
        "required": ["field", "option", "previous_label", "label"],
        "properties": {
            "field": _LABEL,
            "option": _ID,
            "previous_label": _LABEL,
            "label": _LABEL,
            "joined_to": _JOINED,
        },
    },
    TAG: {
        "type": "object",
        "required": ["id", "previous_name", "name"],
        "properties": {"id": _ID, "previous_name": _LABEL, "name": _LABEL, "joined_to": _JOINED},
    },
}


@subscribe(OPTION, TAG, schema=_SCHEMAS)
class RememberFormerLabels:
    """Handler of servicekit.events."""

    def __init__(self, deps: Any) -> None: ...

    def fetch(self, events: list[Event]) -> None: ...

    def apply(self, uow: UnitOfWork, events: list[Event], fetched: None) -> None:
        renames = sorted(map(_read, events), key=lambda rename: (rename.labelled_id, rename.revision))
        repository.remember(uow.connection, renames)


def _read(event: Event) -> Rename:
    data = event.data
    named, joined_to = find_id(data.get("option") or data.get("id")), find_id(data.get("joined_to"))
    if named is None:
        raise BadEvent(event.id, "schema", "/data: an id is expected")
    if event.type == TAG:
        field, before, after = TAGS, data["previous_name"], data["name"]
    else:
        field, before, after = f"custom.{data['field']}", data["previous_label"], data["label"]
    return Rename(named, field, before, after, joined_to, event.revision or 0)
