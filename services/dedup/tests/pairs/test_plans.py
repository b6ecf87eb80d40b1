"""A page of the queue reads a stretch of an index; who changed is compared with whom an index finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from services.dedup.index import statements as index
from services.dedup.pairs import statements
from services.dedup.pairs.queries import _OF_CLUSTERS, _OTHERS
from services.dedup.tests.world import World

_ID = "CAST(lpad(to_hex({}), 32, '0') AS uuid)"

_PAIRS = f"""
    INSERT INTO pair (id, first_id, second_id, score, shared, reasons, cluster_id, found_at)
    SELECT gen_random_uuid(), {_ID.format("n % 3000")}, {_ID.format("n + 20000")}, 50 + n % 50,
        false, '[]', {_ID.format("n / 2")}, now()
    FROM generate_series(1, 6000) AS n"""
_CUSTOMERS = f"""
    INSERT INTO indexed_customer (customer_id, revision, name, facts, keys, indexed_at)
    SELECT {_ID.format("n")}, 1, 'x', '{{"name": "x", "points": []}}',
           ARRAY[CAST(hashint8(n) AS bigint) & 2147483647, n % 3, -1 - n % 5], now()
    FROM generate_series(1, 6000) AS n"""
_RECORDS = "INSERT INTO indexed_record SELECT customer_id, customer_id FROM indexed_customer"


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def read(connection: Connection, statement: TextClause, **values: Any) -> list[dict[str, Any]]:
    """What a statement reads of tables."""
    explain = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
    [explained] = connection.execute(explain, values).scalar_one()
    return [node for node in nodes(explained["Plan"]) if "Relation Name" in node or "Index Name" in node]


BY_INDEX = (
    (_OTHERS, {"id": UUID(int=7), "limit": 1000}),
    (_OF_CLUSTERS, {"ids": [UUID(int=7)]}),
    (statements.OTHERS, {"keys": [5, 6, 7], "without": [UUID(int=7)], "crowd": 51}),
    (statements.KEYS, {"ids": [UUID(int=7), UUID(int=9)]}),
    (statements.OWNERS, {"records": [UUID(int=7)]}),
    (statements.AROUND, {"ids": [UUID(int=7), UUID(int=9)], "clusters": []}),
    (index.STORED, {"ids": [UUID(int=7)]}),
    (index.BETWEEN, {"after": UUID(int=7), "until": UUID(int=9), "asked": 1}),
)


def test_nothing_is_read_from_end_to_end(world: World):
    for statement in (_PAIRS, _CUSTOMERS, _RECORDS, "ANALYZE pair, indexed_customer, indexed_record"):
        world.run(statement)
    with world.db.reading() as connection:
        _check_page(connection)
        for asked, values in BY_INDEX:
            met = read(connection, asked, **values)
            scanned = {node["Relation Name"] for node in met if node["Node Type"] == "Seq Scan"}
            assert scanned.isdisjoint({"pair", "indexed_customer", "indexed_record"}), str(asked)
        met = read(connection, statements.OTHERS, keys=[0], without=[], crowd=51)
    [heap] = [node for node in met if node.get("Relation Name") == "indexed_customer"]
    assert heap["Actual Rows"] <= 51, "of a key that a crowd has the first are enough"
    world.run("TRUNCATE pair, indexed_customer, indexed_record")
    world.run("ANALYZE pair, indexed_customer, indexed_record")


def _check_page(connection: Connection) -> None:
    """As servicekit walks it."""
    after = text("""
        SELECT * FROM pair WHERE (score, id) < (80, CAST(:id AS uuid))
        ORDER BY score DESC, id DESC LIMIT 51""")
    met = read(connection, after, id=UUID(int=2**127))
    assert all(node["Node Type"] == "Index Scan" for node in met)
    assert sum(node["Actual Rows"] for node in met) <= 51
