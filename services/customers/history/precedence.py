"""Whether what a batch says of a customer holds against all that was ever said of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, text

_EARLIER_NAMES = '(i.clocks ->> \'name\') COLLATE "C" < w.clock COLLATE "C"'
_LATER_ASSIGNMENTS = '(i.clocks ->> \'assignee\') COLLATE "C" > w.clock COLLATE "C"'
_HEARD_BEFORE = '((i.clocks ->> \'first\') COLLATE "C", i.channel) < (w.clock COLLATE "C", w.channel)'

# A customer's interactions are those of all its members: whoever was merged into it, and itself.
_INTERACTIONS = """
    (SELECT i.* FROM interaction i WHERE i.customer_id = w.id UNION ALL
     SELECT i.* FROM customer m JOIN interaction i ON i.customer_id = m.id
     WHERE m.root_id = w.id AND m.root_id <> m.id) i"""
_CHANGES = """
    (SELECT ch.* FROM change ch WHERE ch.customer_id = w.id UNION ALL
     SELECT ch.* FROM customer m JOIN change ch ON ch.customer_id = m.id
     WHERE m.root_id = w.id AND m.root_id <> m.id) ch"""
_WANTED = "json_to_recordset(CAST(:rows AS json)) AS w (id uuid, clock text, at timestamptz, channel text)"

_WANTED_OF_SOURCE = "json_to_recordset(CAST(:rows AS json)) AS w (id uuid, source text, external_ids text[])"

_FIRST_NAMES = text(f"""
    SELECT w.id FROM {_WANTED} WHERE NOT EXISTS (SELECT FROM {_INTERACTIONS} WHERE {_EARLIER_NAMES})""")
# What somebody set by hand afterwards stays.
_LAST_ASSIGNMENTS = text(f"""
    SELECT w.id FROM {_WANTED} WHERE NOT EXISTS (SELECT FROM {_INTERACTIONS} WHERE {_LATER_ASSIGNMENTS})
      AND NOT EXISTS (SELECT FROM {_CHANGES}
                      WHERE field = 'assignee' AND origin <> 'event' AND ch.at > w.at)""")
# Only who came into being by an event has an origin that events tell. The earliest conversation is looked
# up, since a start told late may be later than what was heard before. Who has none, only appointments,
# purchases and what somebody said of them, has the channel that was heard of first: not by `at`, which
# may be years ahead, and never later than it was thought to be.
_ORIGINS = text(f"""
    SELECT w.id, coalesce(
        (SELECT first.channel
         FROM (SELECT w.id UNION ALL SELECT m.id FROM customer m
               WHERE m.root_id = w.id AND m.root_id <> m.id) member (id)
         CROSS JOIN LATERAL (
             SELECT i.at, i.channel FROM interaction i
             WHERE i.customer_id = member.id AND i.kind = 'conversation'
             ORDER BY i.at, i.channel LIMIT 1) first
         ORDER BY first.at, first.channel LIMIT 1),
        CASE WHEN w.clock IS NOT NULL AND NOT EXISTS (SELECT FROM {_INTERACTIONS} WHERE {_HEARD_BEFORE})
             THEN w.channel END) AS channel
    FROM {_WANTED}
    WHERE EXISTS (SELECT FROM {_CHANGES} WHERE field = 'created' AND origin = 'event')
      AND NOT EXISTS (SELECT FROM {_CHANGES} WHERE field = 'channel' AND origin <> 'event')""")
# A source that says again and again who somebody is gives them its team once.
_TOLD_BEFORE = text(f"""
    SELECT w.id, w.source FROM {_WANTED_OF_SOURCE}
    WHERE EXISTS (SELECT FROM {_INTERACTIONS}
                  WHERE i.kind = 'contact' AND i.source = w.source
                    AND i.external_id <> ALL(w.external_ids))""")
# What was written with the same record stays with it, whatever is merged or taken apart.
_ADDS_NOTHING = text("""
    SELECT w.id FROM json_to_recordset(CAST(:rows AS json)) AS w (
        id uuid, customer_id uuid, source text, name text, first text)
    WHERE EXISTS (SELECT FROM interaction i
                  WHERE i.customer_id = w.customer_id AND i.kind = 'contact' AND i.source = w.source)
      AND EXISTS (SELECT FROM interaction i WHERE i.customer_id = w.customer_id
                  AND (i.clocks ->> 'first') COLLATE "C" <= w.first COLLATE "C")
      AND (w.name IS NULL OR EXISTS (
               SELECT FROM interaction i WHERE i.customer_id = w.customer_id
               AND (i.clocks ->> 'name') COLLATE "C" <= w.name COLLATE "C"))""")


Asked = list[dict[str, Any]]


def first_names(connection: Connection, asked: Asked) -> set[UUID]:
    """Customers of whom nobody told a name before this `clock`."""
    return _ids(_rows(connection, _FIRST_NAMES, asked))


def last_assignments(connection: Connection, asked: Asked) -> set[UUID]:
    """Customers whom nobody assigned after this `clock`, nor by hand since `at`."""
    return _ids(_rows(connection, _LAST_ASSIGNMENTS, asked))


def origins(connection: Connection, asked: Asked) -> dict[UUID, str]:
    """The channel of origin, where events tell it. `clock` and `channel`: of what may have come first."""
    rows = _rows(connection, _ORIGINS, asked)
    return {row.id: row.channel for row in rows if row.channel is not None}


def told_before(connection: Connection, asked: Asked) -> set[tuple[UUID, str]]:
    """Customers and sources that told us of them before, besides what has these `external_ids`."""
    return {(row.id, row.source) for row in _rows(connection, _TOLD_BEFORE, asked)}


def add_nothing(connection: Connection, asked: Asked) -> set[UUID]:
    """Of what is said of people: what can never be the first name, the first heard of, the source's first."""
    return _ids(_rows(connection, _ADDS_NOTHING, asked))


def _rows(connection: Connection, statement: Any, asked: Asked) -> list[Row[Any]]:
    if not asked:
        return []
    return list(connection.execute(statement, {"rows": orjson.dumps(asked).decode()}))


def _ids(rows: Collection[Row[Any]]) -> set[UUID]:
    return {row.id for row in rows}
