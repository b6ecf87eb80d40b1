"""The SQL of the index: set-based, a round trip for each table whatever the number of customers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import TextClause, text

# Everybody who writes the index or pairs, one after the other: of two that changed at once, neither would see
# how alike they have become. It is held for a part of a second, and nobody deadlocks who holds the only lock.
LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtext('dedup'), 0)")

# Whom each record belongs to by now, and which question that answers. NULL: nobody.
KNOWN: Final = text("""
    SELECT r.record_id, r.customer_id, c.asked
    FROM indexed_record r JOIN indexed_customer c USING (customer_id)
    WHERE r.record_id = ANY(CAST(:records AS uuid[]))
    UNION ALL
    SELECT record_id, NULL, asked FROM left_record WHERE record_id = ANY(CAST(:records AS uuid[]))""")
STORED: Final = text("""
    SELECT c.customer_id, c.facts, c.keys, ARRAY(
        SELECT record_id FROM indexed_record r WHERE r.customer_id = c.customer_id ORDER BY 1) AS members
    FROM indexed_customer c WHERE c.customer_id = ANY(CAST(:ids AS uuid[]))""")
SEEN: Final = text("""
    UPDATE indexed_customer c SET revision = told.revision, asked = :asked, indexed_at = now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS bigint[])) AS told (id, revision)
    WHERE c.customer_id = told.id""")
PUT: Final = text("""
    INSERT INTO indexed_customer AS known (customer_id, revision, name, facts, keys, asked, indexed_at)
    SELECT id, revision, name, facts, CAST(keys AS bigint[]), :asked, now()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS bigint[]), CAST(:names AS text[]),
                CAST(:facts AS jsonb[]), CAST(:keys AS text[])) AS told (id, revision, name, facts, keys)
    ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, name = excluded.name,
        facts = excluded.facts, keys = excluded.keys, asked = excluded.asked,
        indexed_at = excluded.indexed_at""")
PUT_RECORDS: Final = text("""
    INSERT INTO indexed_record (record_id, customer_id)
    SELECT * FROM unnest(CAST(:records AS uuid[]), CAST(:owners AS uuid[]))
    ON CONFLICT (record_id) DO UPDATE SET customer_id = excluded.customer_id
        WHERE indexed_record.customer_id <> excluded.customer_id""")
DROP_RECORDS: Final = text("""
    DELETE FROM indexed_record WHERE customer_id = ANY(CAST(:ids AS uuid[]))
    AND record_id <> ALL(CAST(:records AS uuid[]))""")
PUT_IDENTITIES: Final = text("""
    INSERT INTO indexed_identity (space, value, customer_id)
    SELECT * FROM unnest(CAST(:spaces AS text[]), CAST(:values AS text[]), CAST(:owners AS uuid[]))
    ON CONFLICT DO NOTHING""")
DROP_IDENTITIES: Final = text("""
    DELETE FROM indexed_identity i WHERE i.customer_id = ANY(CAST(:ids AS uuid[])) AND NOT EXISTS (
        SELECT FROM unnest(CAST(:spaces AS text[]), CAST(:values AS text[]), CAST(:owners AS uuid[]))
            AS held (space, value, customer_id)
        WHERE (held.space, held.value, held.customer_id) = (i.space, i.value, i.customer_id))""")
DROP_OWNERS: Final[tuple[TextClause, ...]] = (
    text("DELETE FROM indexed_identity WHERE customer_id = ANY(CAST(:ids AS uuid[]))"),
    text("DELETE FROM indexed_record WHERE customer_id = ANY(CAST(:ids AS uuid[]))"),
    text("DELETE FROM indexed_customer WHERE customer_id = ANY(CAST(:ids AS uuid[]))"),
)
DROP_GONE: Final = text("DELETE FROM indexed_record WHERE record_id = ANY(CAST(:records AS uuid[]))")
NOTE_LEFT: Final = text("""
    INSERT INTO left_record (record_id, asked, left_at)
    SELECT id, :asked, now() FROM unnest(CAST(:records AS uuid[])) AS id
    ON CONFLICT (record_id) DO UPDATE SET asked = excluded.asked, left_at = excluded.left_at""")
NOTE_BACK: Final = text("DELETE FROM left_record WHERE record_id = ANY(CAST(:records AS uuid[]))")
BETWEEN: Final = text("""
    SELECT customer_id FROM indexed_customer WHERE customer_id > :after AND asked < :asked
    AND (CAST(:until AS uuid) IS NULL OR customer_id <= :until)""")
FORGET_LEFT: Final = text("DELETE FROM left_record WHERE left_at < now() - interval '1 hour'")
