"""What became of events, as tests look at it."""

from __future__ import annotations

from typing import Any

from services.customers.tests.world import World

_COUNTED = """
    SELECT customer_id, kind, team_id, currency, items, amount FROM history_count
    WHERE items <> 0 OR amount <> 0 ORDER BY 1, 2, 3, 4"""
_COUNTED_NOW = """
    SELECT customer_id, kind, coalesce(team_id, '00000000-0000-0000-0000-000000000000') AS team_id,
           coalesce(body ->> 'currency', '') AS currency, count(*) AS items,
           coalesce(sum(CAST(body ->> 'amount' AS numeric))
                    FILTER (WHERE status <> 'cancelled' AND body ? 'currency'), 0) AS amount
    FROM interaction WHERE kind <> 'contact' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""

_LAST = """
    SELECT r.customer_id, r.last_at FROM customer_activity r JOIN customer m ON m.root_id = r.customer_id
    JOIN customer_activity a ON a.customer_id = m.id GROUP BY r.customer_id
    HAVING r.last_at IS DISTINCT FROM nullif(max(coalesce(a.own_at, a.last_at)), '-infinity')"""


def check_counts(world: World) -> None:
    """The counters are what one would count now, to the cent."""
    assert world.rows(_COUNTED) == world.rows(_COUNTED_NOW)


def check_activity(world: World) -> None:
    """A customer's last interaction is the latest of all its records."""
    assert world.rows(_LAST) == []


def history(world: World, customer_id: str, *kinds: str) -> list[dict]:
    return world.service.list_history(world.admin, customer_id, list(kinds) or None)["data"]


def customers(world: World) -> list[dict]:
    return world.service.list_customers(world.admin, sort="created_at")["data"]


def the_customer(world: World) -> dict:
    [customer] = customers(world)
    return customer


def the_only(world: World, kind: str) -> Any:
    """The row of the only thing of this kind."""
    [row] = world.rows("SELECT * FROM interaction WHERE kind = :kind", kind=kind)
    return row


def parked(world: World) -> list[str]:
    return [row.reason for row in world.rows("SELECT reason FROM parked_message ORDER BY id")]


def counters(world: World) -> tuple[int, int]:
    [row] = world.rows("SELECT sum(conversations) AS c, sum(messages) AS m FROM customer_activity")
    return row.c, row.m


def snapshot(world: World) -> list:
    tables = ("customer", "contact_point", "customer_activity", "interaction", "message", "change", "outbox")
    tables += ("history_count",)
    return [sorted(map(str, world.rows(f"SELECT * FROM {table}"))) for table in tables]
