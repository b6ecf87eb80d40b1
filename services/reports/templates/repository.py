"""Templates in the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text, Uuid

from servicekit import jsonio
from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.scope import Scope
from servicekit.text import folded
from services.reports.tables import report_template, report_upload
from services.reports.templates.domain.saved import Template

_COLUMNS: Final = [report_template.c[name] for name in Template.__dataclass_fields__]
_BY_NAME: Final = Keyset("name", [SortKey(report_template.c.name_folded.collate("C"))], report_template.c.id)
_TAKE_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('report templates ' || :owner, 0))")
_MOST_MENTIONING: Final = 100


def find(
    connection: Connection, scope: Scope, template_id: UUID, *, masked: bool, lock: bool = False
) -> Template | None:
    """If the caller may see it; held until the transaction ends if asked for."""
    statement = select(*_COLUMNS).where(report_template.c.id == template_id, _is_shown(scope, masked=masked))
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else _to_template(row)


def page(
    connection: Connection, scope: Scope, *, masked: bool, limit: int, cursor: str | None
) -> tuple[list[Template], str | None]:
    """By name, and the cursor of the next page."""
    statement = select(*_COLUMNS).where(_is_shown(scope, masked=masked))
    found = list_page(connection, statement, _BY_NAME, cursor=cursor, limit=limit)
    return [_to_template(row) for row in found.rows], found.next


def mentioning(connection: Connection, scope: Scope, words: Iterable[str], *, masked: bool) -> list[Template]:
    """Those that the caller may see and in whose configuration one of these texts stands, by name."""
    statement = (
        select(*_COLUMNS)
        .where(_is_shown(scope, masked=masked), _mentions(words))
        .order_by(report_template.c.name_folded.collate("C"), report_template.c.id)
        .limit(_MOST_MENTIONING)
    )
    return [_to_template(row) for row in connection.execute(statement)]


def without_upload(connection: Connection, templates: Iterable[Template]) -> set[UUID]:
    """The ids of those that are about an upload which is not there any more."""
    sources = {each.id: each.source or {} for each in templates}
    named = {id: UUID(source["upload"]) for id, source in sources.items() if "upload" in source}
    if not named:
        return set()
    statement = select(report_upload.c.id).where(report_upload.c.id.in_(set(named.values())))
    there = set(connection.execute(statement).scalars())
    return {template_id for template_id, upload_id in named.items() if upload_id not in there}


def take_turn(connection: Connection, owner: UUID) -> None:
    """Wait for whoever else changes which templates the owner has."""
    connection.execute(_TAKE_TURN, {"owner": str(owner)})


def find_named(connection: Connection, owner: UUID, name: str) -> tuple[UUID, str] | None:
    """Id and name of the owner's template of this name, whatever its case and accents."""
    statement = select(report_template.c.id, report_template.c.name).where(
        report_template.c.owner_id == owner, report_template.c.name_folded == folded(name)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else (row.id, row.name)


def count(connection: Connection, owner: UUID) -> int:
    statement = select(func.count()).where(report_template.c.owner_id == owner)
    return int(connection.execute(statement).scalar_one())


def add(connection: Connection, template: Template) -> None:
    connection.execute(insert(report_template), _values(template))


def save(connection: Connection, template: Template) -> None:
    """A locked one."""
    connection.execute(update(report_template).where(report_template.c.id == template.id), _values(template))


def remove(connection: Connection, template_id: UUID) -> None:
    connection.execute(delete(report_template).where(report_template.c.id == template_id))


def _is_shown(scope: Scope, *, masked: bool) -> ColumnElement[bool]:
    """Their own, those shared with all, and those shared with a team of theirs: administrators are in every
    team. What names contact data is for nobody from whom it is hidden."""
    table = report_template.c
    mine = table.owner_id == UUID(scope.user_id)
    teams = bindparam("teams", sorted(map(UUID, scope.team_ids)), type_=ARRAY(Uuid))
    with_team = (
        table.shared_team_id.is_not(None) if scope.is_admin else table.shared_team_id == func.any(teams)
    )
    theirs = or_(mine, table.shared_with_all, with_team)
    return and_(theirs, not_(table.names_contact)) if masked else theirs


def _mentions(words: Iterable[str]) -> ColumnElement[bool]:
    """Whether one of these stands in it, whatever its case; accents as they are written."""
    table = report_template.c
    written = [func.lower(cast(column, Text)) for column in (table.configuration, table.source)]
    wanted = sorted({_as_written(word) for word in words})
    return or_(false(), *(told.contains(word, autoescape=True) for told in written for word in wanted))


def _as_written(word: str) -> str:
    """As JSON spells it."""
    return jsonio.dumps(word).decode()[1:-1].lower()


def _values(template: Template) -> dict[str, Any]:
    values = {name: getattr(template, name) for name in Template.__dataclass_fields__}
    return {**values, "name_folded": folded(template.name)}


def _to_template(row: Row[Any]) -> Template:
    return Template(**{name: row._mapping[name] for name in Template.__dataclass_fields__})
