"""Renames in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.text import folded
from services.reports.following.domain.rename import Present, Rename, labels_of_today

_FORMER: Final = text("""
    INSERT INTO former_label (labelled_id, label_folded, field) VALUES (:id, :folded, :field)
    ON CONFLICT DO NOTHING""")
_PRESENT: Final = text("""
    INSERT INTO present_label AS known (labelled_id, field, label, joined_to, revision)
    VALUES (:id, :field, :label, :joined_to, :revision)
    ON CONFLICT (labelled_id) DO UPDATE SET label = excluded.label, joined_to = excluded.joined_to,
        revision = excluded.revision
    WHERE known.revision < excluded.revision""")
_FIND_FORMER: Final = text("""
    SELECT field, label_folded, labelled_id FROM former_label WHERE field = ANY(:fields)""")
_FIND_PRESENT: Final = text("""
    SELECT labelled_id, label, joined_to FROM present_label WHERE field = ANY(:fields)""")


def remember(connection: Connection, renames: Iterable[Rename]) -> None:
    for each in renames:
        named = {"id": each.labelled_id, "field": each.field}
        connection.execute(_FORMER, {**named, "folded": folded(each.before)})
        told = {"label": each.after, "joined_to": each.joined_to, "revision": each.revision}
        connection.execute(_PRESENT, {**named, **told})


def former_ids(connection: Connection, fields: Collection[str]) -> dict[str, dict[str, set[UUID]]]:
    """By field and folded old label what was called so once."""
    ids: dict[str, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for field, label, labelled_id in connection.execute(_FIND_FORMER, {"fields": list(fields)}):
        ids[field][label].add(labelled_id)
    return ids


def former_labels(connection: Connection, today: Mapping[str, Collection[str]]) -> dict[str, dict[str, str]]:
    """By field and folded old label the label of today; `today` are all that each field asked about has."""
    asked = {"fields": sorted(today)}
    ids = former_ids(connection, asked["fields"])
    if not ids:
        return {}
    present = _present(connection, asked)
    found = {field: labels_of_today(former, present, today[field]) for field, former in ids.items()}
    return {field: labels for field, labels in found.items() if labels}


def _present(connection: Connection, asked: Mapping[str, Collection[str]]) -> dict[UUID, Present]:
    rows = connection.execute(_FIND_PRESENT, asked)
    return {labelled_id: Present(label, joined_to) for labelled_id, label, joined_to in rows}
