"""Customers with very long histories, beside the made-up ones: made by PostgreSQL itself, in seconds.

A hundred thousand items are somebody whom a company has written to for years, or a mistake that made one
customer of many. Whatever a page or a profile shows of them must not depend on how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

import psycopg

from bench.generate import NAMESPACE
from bench.people import LARGE_TEAM, MID_TEAM, TINY_TEAM
from bench.standing import TEAMS

OTHERS: Final = 50_000  # customers around them, so that statistics know little of these two

OLD_ITEMS: Final = 5  # of a record, the oldest: all that the team of few sees
_MESSAGES = 2  # of a conversation
UPCOMING: Final = 20
_POINTS_OF_EACH = 3

_INTERACTIONS = """
    INSERT INTO interaction (id, customer_id, kind, source, external_id, at, channel, team_id, status, body,
                             messages, last_message_at, last_preview)
    SELECT gen_random_uuid(), %(id)s::uuid, kind, '/channels/whatsapp/bench-long', %(id)s || '-' || n, at,
           'whatsapp', CASE WHEN n > %(items)s - %(old)s THEN %(few)s::uuid
                            WHEN n %% 10 < 7 THEN %(large)s::uuid ELSE %(mid)s::uuid END,
           CASE kind WHEN 'conversation' THEN 'open' WHEN 'appointment' THEN 'scheduled' ELSE 'paid' END,
           CASE kind WHEN 'purchase' THEN '{"title": "Order", "amount": "12.34", "currency": "EUR"}'::jsonb
                     WHEN 'appointment' THEN '{"title": "Visit", "location": "Room 1"}'::jsonb
                     ELSE '{}'::jsonb END,
           CASE kind WHEN 'conversation' THEN %(messages)s ELSE 0 END,
           CASE kind WHEN 'conversation' THEN at + interval '1 hour' END,
           CASE kind WHEN 'conversation' THEN 'Thank you!' END
    FROM (SELECT n, now() - n * interval '10 minutes' AS at,
                 (ARRAY['conversation', 'appointment', 'purchase', 'conversation'])[n %% 4 + 1] AS kind
          FROM generate_series(1, %(items)s) n) item"""
_LATER = """
    INSERT INTO interaction (id, customer_id, kind, source, external_id, at, channel, team_id, status, body)
    SELECT gen_random_uuid(), %(id)s::uuid, 'appointment', '/channels/whatsapp/bench-long',
           %(id)s || '+' || n, now() + n * interval '1 day', 'whatsapp', %(large)s::uuid, 'scheduled',
           '{"title": "Visit"}'::jsonb FROM generate_series(1, %(upcoming)s) n"""
_MESSAGES_OF_EACH = """
    INSERT INTO message (id, interaction_id, source, external_id, at, direction, kind, preview)
    SELECT gen_random_uuid(), i.id, i.source, i.external_id || '-' || n, i.at + n * interval '30 minutes',
           'inbound', 'text', 'Thank you!'
    FROM interaction i, generate_series(1, %(messages)s) n
    WHERE i.customer_id = %(id)s::uuid AND i.kind = 'conversation'"""
_CHANGES = """
    INSERT INTO change (id, customer_id, at, origin, field, before, after)
    SELECT gen_random_uuid(), %(id)s::uuid, now() - n * interval '1 hour', 'event',
           CASE n %% 10 WHEN 0 THEN 'teams' ELSE 'name' END, '[]', jsonb_build_array(%(large)s::text)
    FROM generate_series(1, %(items)s / 10) n"""
_POINTS = """
    INSERT INTO contact_point (id, customer_id, root_id, kind, value, raw, is_primary, space, identity,
                               created_at)
    SELECT gen_random_uuid(), %(id)s::uuid, %(root)s::uuid, 'email', address, address, n = 1, 'email',
           address, now()
    FROM (SELECT n, 'long-' || n || '-' || %(id)s || '@example.com' AS address
          FROM generate_series(1, %(points)s) n) point"""
_HOLDERS = """
    INSERT INTO identity_holder (space, value, slot, customer_id)
    SELECT space, identity, 0, customer_id FROM contact_point WHERE customer_id = %(id)s::uuid"""
_COUNTS = """
    INSERT INTO history_count (customer_id, kind, team_id, currency, items, amount)
    SELECT customer_id, kind, coalesce(team_id, '00000000-0000-0000-0000-000000000000'),
           coalesce(body ->> 'currency', ''), count(*), coalesce(sum((body ->> 'amount')::numeric), 0)
    FROM interaction WHERE customer_id = %(id)s::uuid GROUP BY 1, 2, 3, 4"""


@dataclass(frozen=True, slots=True)
class Long:
    """A customer with a long history; merged of so many records that each have so many items."""

    name: str
    members: int

    @property
    def ids(self) -> list[UUID]:
        """Of its records, its own first."""
        return [uuid5(NAMESPACE, f"long history {self.name} {number}") for number in range(self.members)]


CUSTOMERS: Final = (Long("one", 1), Long("merged", 10))


def load(connection: psycopg.Connection, items: int) -> None:
    """Add them to made-up customers, and tell the planner. `connection` is a superuser's, in autocommit."""
    for customer in CUSTOMERS:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("SET LOCAL statement_timeout = 0")
            for id_ in customer.ids:
                add_record(connection, id_, root=customer.ids[0], items=items)
    connection.execute("VACUUM (ANALYZE) customer, interaction, message, change, history_count")


def add_record(
    connection: psycopg.Connection, id_: UUID, *, root: UUID, items: int, upcoming: int = UPCOMING
) -> None:
    """One with a history; of the customer `root`, which it may be itself. Triggers must be off."""
    known = {
        "id": str(id_),
        "root": str(root),
        "items": items,
        "old": OLD_ITEMS,
        "messages": _MESSAGES,
        "upcoming": upcoming,
    }
    known["points"] = _POINTS_OF_EACH
    numbers = {"large": LARGE_TEAM, "mid": MID_TEAM, "few": TINY_TEAM}
    teams = {name: str(TEAMS[number]) for name, number in numbers.items()}
    connection.execute(
        """INSERT INTO customer (id, root_id, merged_into, name, name_source, name_search, channel, team_ids,
                                 created_at, updated_at)
           VALUES (%s, %s, %s, 'Long History', 'import', 'long history', 'import', %s, now(), now())""",
        [id_, root, None if id_ == root else root, list(map(UUID, teams.values()))],
    )
    connection.execute("INSERT INTO customer_activity (customer_id, last_at) VALUES (%s, now())", [id_])
    for statement in (_POINTS, _HOLDERS, _INTERACTIONS, _LATER, _MESSAGES_OF_EACH, _CHANGES, _COUNTS):
        connection.execute(statement.encode(), {**known, **teams})
