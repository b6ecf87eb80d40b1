"""From rows as the database gives them to the cells of columns: plain JSON values, as files are made of.

Names stand for ids wherever reading the file again finds the same by them; where not, the id stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from directory.model import Directory
from servicekit.scope import Scope
from services.customers.exporting.domain.columns import CONTACT, OTHERS, PLATFORMS, PRIMARY, Column
from services.customers.fields.domain.definitions import WITH_OPTIONS, Field, Option

Row = list[Any]
Cell = Any  # a text, number, truth value, list of texts, or None
Reader = Callable[[Row], Cell]
Place = Mapping[str, int]  # where in a row a part of it stands
Tags = Mapping[int, tuple[str, str]]  # by the number that rows hold: the folded and the shown name
_MOMENTS: Final = frozenset({"created_at", "updated_at", "last_interaction_at"})


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called for this caller."""

    scope: Scope
    directory: Directory
    tags: Tags


class Points:
    """The contact points that a customer shows, by kind."""

    __slots__ = ("others", "primary")

    def __init__(self, points: Sequence[Any]) -> None:
        self.primary: dict[str, str] = {}
        self.others: dict[str, list[str]] = {}
        for kind, value, scope, primary, _ in points:
            text = _with_account(kind, value, scope)
            if primary:
                self.primary[kind] = text
            else:
                self.others.setdefault(kind, []).append(text)

    def of_kind(self, kind: str) -> list[str] | None:
        """The primary one first."""
        first = [self.primary[kind]] if kind in self.primary else []
        return [*first, *self.others.get(kind, ())] or None


def _with_account(kind: str, value: str, scope: str) -> str:
    """An id behind the account that issued it and a `:`. Numbers and e-mails need no account."""
    if kind not in PLATFORMS and (kind != "whatsapp" or value.startswith("+")):
        return value
    if not scope and ":" not in value:
        return value
    return f"{scope.replace('%', '%25').replace(':', '%3A')}:{value}"


def parts_of(columns: Iterable[Column]) -> list[str]:
    """Which parts of a row these columns are read from."""
    wanted: dict[str, None] = {}
    for column in columns:
        wanted.update(dict.fromkeys(_parts_of(column)))
    return list(wanted)


def _parts_of(column: Column) -> Sequence[str]:
    if column.field is not None:
        return ("options",) if column.field.type in WITH_OPTIONS else ("custom",)
    return ("id", "points", "primary_ids") if column.key in CONTACT else (column.key,)


def reader_of(column: Column, place: Place, names: Names) -> Reader:
    """How this column's cell is read from a row, in which `Points` stand for the points."""
    key = column.key
    if column.field is not None:
        return _custom(column.field, place)
    if key in CONTACT:
        return _contact(key, place["points"])
    at = place[key]
    if key in _MOMENTS:
        return lambda row: moment(row[at])
    if key == "tags":
        return _tags(at, names.tags)
    if key == "teams":
        return _teams(at, names)
    if key == "assignee":
        users = names.directory.unmistakable_users
        return lambda row: users.get(row[at], row[at])
    return itemgetter(at)


def moment(text: str | None) -> str | None:
    """PostgreSQL's RFC 3339 in ours: the session's zone is UTC."""
    return None if text is None else text.replace("+00:00", "Z")


def _contact(key: str, at: int) -> Reader:
    if key in PRIMARY:
        return lambda row: row[at].primary.get(key)
    if key in OTHERS:
        kind = OTHERS[key]
        return lambda row: row[at].others.get(kind)
    return lambda row: row[at].of_kind(key)


def _tags(at: int, tags: Tags) -> Reader:
    """Several numbers may mean one tag by now, since tags are joined without a row being written."""

    def read(row: Row) -> Cell:
        shown = sorted({tags[n] for n in row[at] if n in tags}) if row[at] else ()
        return [name for _, name in shown] or None

    return read


def _teams(at: int, names: Names) -> Reader:
    """Agents see of a customer's teams only their own."""
    known, own = names.directory.unmistakable_teams, names.scope.team_ids
    if names.scope.is_admin:
        return lambda row: sorted(known.get(team, team) for team in row[at]) or None
    return lambda row: sorted(known.get(team, team) for team in row[at] if team in own) or None


def _custom(field: Field, place: Place) -> Reader:
    if field.type not in WITH_OPTIONS:
        key, at = field.key, place["custom"]
        return lambda row: row[at].get(key)
    at, several = place["options"], field.type == "multiselect"
    labels = {number: (o.position, o.number, label_of(field, o)) for number, o in field.by_number.items()}

    def read(row: Row) -> Cell:
        chosen = sorted({labels[n] for n in row[at] if n in labels}) if row[at] else None
        if not chosen:
            return None
        return [label for *_, label in chosen] if several else chosen[0][2]

    return read


def label_of(field: Field, option: Option) -> str:
    """What the option is found by: its label, unless that means another one."""
    found = field.by_id.get(option.label.lower()) or field.by_label.get(option.label_folded)
    return option.label if found is option else str(option.id)
