"""What may be in a template, and who may share it with whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from servicekit.errors import Forbidden
from servicekit.forms import Wrong, read_text
from servicekit.inputs import find_id
from servicekit.problems import Problems, escaped
from servicekit.scope import Scope

Json = dict[str, Any]
MAX_NAME: Final = 100
MAX_KEPT: Final = 200
# A page shows many of them, shared ones of others among them: nobody may make it too large for all.
MAX_BYTES: Final = 60_000
EDITABLE: Final = frozenset({"name", "configuration", "source", "shared"})
OF_A_COPY: Final = frozenset({"name", "shared"})
_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Template:
    """`configuration` has ids for options and tags; `columns` are fields that only an upload had."""

    id: UUID
    owner_id: UUID
    created_at: datetime
    updated_at: datetime
    version: int = 1
    name: str = ""
    configuration: Json = field(default_factory=dict)
    source: Json | None = None
    columns: list[Json] = field(default_factory=list)
    names_contact: bool = False
    shared_team_id: UUID | None = None
    shared_with_all: bool = False

    @property
    def shared(self) -> Any:
        """As it is told: null, "all", or the team."""
        if self.shared_with_all:
            return _ALL
        return None if self.shared_team_id is None else {"team": str(self.shared_team_id)}


def changed(
    saved: Template, patch: Mapping[str, Any], *, scope: Scope, editable: frozenset[str] = EDITABLE
) -> Template:
    """After a merge patch, as far as it is about name and sharing; what it is a report of is read by others.

    Raises Invalid with all that is wrong, Forbidden for who may not share it so.
    """
    problems = Problems()
    for key in sorted(patch.keys() - editable):
        problems.add(f"/{escaped(key)}", "unknown_property", "a template has no such property")
    values: Json = {}
    if "name" in patch or not saved.name:
        try:
            values["name"] = _name(patch.get("name"))
        except Wrong as wrong:
            problems.add("/name", wrong.code, wrong.detail)
    if "shared" in patch:
        values |= _shared(patch["shared"], problems)
    if not saved.configuration and patch.get("configuration") is None:
        problems.add("/configuration", "required", "a configuration is needed")
    problems.raise_if_any()
    after = replace(saved, **values)
    _check_sharing(saved, after, scope)
    return after


def copied(saved: Template, *, id: UUID, owner: UUID, name: str, now: datetime) -> Template:
    """The same for somebody else, who shares it with nobody yet."""
    return replace(
        saved,
        id=id,
        owner_id=owner,
        name=name,
        version=1,
        created_at=now,
        updated_at=now,
        shared_team_id=None,
        shared_with_all=False,
    )


def copy_names(name: str) -> list[str]:
    """What a copy may be called, the first that is free."""
    endings = [" (copy)", *(f" (copy {n})" for n in range(2, MAX_KEPT + 2))]
    return [f"{name[: MAX_NAME - len(ending)].rstrip()}{ending}" for ending in endings]


def _name(value: Any) -> str:
    return " ".join(read_text(value, longest=MAX_NAME).split())


def _shared(value: Any, problems: Problems) -> Json:
    if value is None:
        return {"shared_team_id": None, "shared_with_all": False}
    if value == _ALL:
        return {"shared_team_id": None, "shared_with_all": True}
    team = find_id(value["team"]) if isinstance(value, Mapping) and set(value) == {"team"} else None
    if team is None:
        problems.add("/shared", "invalid_sharing", 'null, "all" or {"team": id} is expected')
    return {"shared_team_id": team, "shared_with_all": False}


def _check_sharing(before: Template, after: Template, scope: Scope) -> None:
    if scope.is_admin or after.shared == before.shared:
        return
    if after.shared_with_all:
        raise Forbidden("administrators_only")
    if after.shared_team_id is not None and str(after.shared_team_id) not in scope.team_ids:
        problems = Problems()
        problems.add("/shared/team", "unknown_team", "there is no such team")
        problems.raise_if_any()
