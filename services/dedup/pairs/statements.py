"""The SQL of pairs: what changed customers are compared with, and what came of it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

# Who else has one of the keys, for each that anybody has; NULL for a crowd: what very many share is a
# placeholder (none@example.com, 11999999999), or says as little.
OTHERS: Final = text("""
    SELECT k.key, few.ids FROM unnest(CAST(:keys AS bigint[])) AS k (key)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN count(*) < :crowd THEN string_agg(CAST(customer_id AS text), ' ') END AS ids,
            count(*) AS holders
        FROM (SELECT customer_id FROM indexed_customer
              WHERE keys @> ARRAY[k.key] AND customer_id <> ALL(CAST(:without AS uuid[]))
              LIMIT :crowd) AS met) AS few
    WHERE few.holders > 0""")
KEYS: Final = text("""
    SELECT customer_id, keys FROM indexed_customer WHERE customer_id = ANY(CAST(:ids AS uuid[]))""")
FACTS: Final = text("""
    SELECT CAST(customer_id AS text), CAST(facts AS text) FROM indexed_customer
    WHERE customer_id = ANY(CAST(:ids AS uuid[]))""")
OWNERS: Final = text("""
    SELECT DISTINCT customer_id FROM indexed_record WHERE record_id = ANY(CAST(:records AS uuid[]))""")

# Of customers the records, and what was said of those and anybody else's.
_SAID_OF: Final = """
    WITH ours AS (SELECT record_id FROM indexed_record WHERE customer_id = ANY(CAST(:ids AS uuid[])))
    SELECT DISTINCT least(a.customer_id, b.customer_id) AS first_id,
                    greatest(a.customer_id, b.customer_id) AS second_id
    FROM (SELECT first_id, second_id FROM {table} WHERE first_id IN (SELECT record_id FROM ours)
          UNION ALL
          SELECT first_id, second_id FROM {table} WHERE second_id IN (SELECT record_id FROM ours)) AS said
    JOIN indexed_record a ON a.record_id = said.first_id
    JOIN indexed_record b ON b.record_id = said.second_id
    WHERE a.customer_id <> b.customer_id"""
TOLD: Final = text(_SAID_OF.format(table="told_pair"))
DECIDED: Final = text(_SAID_OF.format(table="decision"))

PUT: Final = text("""
    INSERT INTO pair AS known
        (id, first_id, second_id, score, shared, reasons, cluster_id, found_at)
    SELECT id, first_id, second_id, score, shared, reasons, id, :at
    FROM json_to_recordset(CAST(:found AS json)) AS f (id uuid, first_id uuid, second_id uuid, score smallint,
        shared boolean, reasons jsonb)
    ORDER BY first_id, second_id
    ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score,
        shared = excluded.shared, reasons = excluded.reasons
    WHERE (known.score, known.shared, known.reasons)
        IS DISTINCT FROM (excluded.score, excluded.shared, excluded.reasons)
    RETURNING id, first_id, second_id""")
# What is no likeness any more, of customers who were looked at again or are gone.
DROP: Final = text("""
    DELETE FROM pair WHERE id IN (
        SELECT id FROM pair WHERE first_id = ANY(CAST(:ids AS uuid[]))
        UNION SELECT id FROM pair WHERE second_id = ANY(CAST(:ids AS uuid[])))
    AND (first_id, second_id) NOT IN (
        SELECT * FROM unnest(CAST(:firsts AS uuid[]), CAST(:seconds AS uuid[])))
    RETURNING first_id, second_id, cluster_id""")

REMOVE: Final = text("DELETE FROM pair WHERE id = :id RETURNING first_id, second_id, cluster_id")

# All pairs of these customers, and all of the clusters that those are in.
AROUND: Final = text("""
    WITH near AS (
        SELECT cluster_id FROM pair WHERE first_id = ANY(CAST(:ids AS uuid[]))
        UNION SELECT cluster_id FROM pair WHERE second_id = ANY(CAST(:ids AS uuid[]))
        UNION SELECT * FROM unnest(CAST(:clusters AS uuid[])))
    SELECT id, first_id, second_id, score, cluster_id FROM pair WHERE cluster_id IN (SELECT * FROM near)""")
MOVE: Final = text("""
    UPDATE pair SET cluster_id = moved.cluster_id
    FROM unnest(CAST(:ids AS uuid[]), CAST(:clusters AS uuid[])) AS moved (id, cluster_id)
    WHERE pair.id = moved.id""")

TELL: Final = text("""
    INSERT INTO told_pair (first_id, second_id, fields, told_at)
    SELECT least(a, b), greatest(a, b), CAST(:fields AS text[]), :at
    FROM unnest(CAST(:firsts AS uuid[]), CAST(:seconds AS uuid[])) AS told (a, b) WHERE a <> b
    ON CONFLICT DO NOTHING""")
# Of all records of both: whoever they are parts of later, these two are not the same.
DECIDE: Final = text("""
    WITH given AS (
        SELECT a, b FROM unnest(CAST(:firsts AS uuid[]), CAST(:seconds AS uuid[])) AS pairs (a, b)),
    whole AS (
        SELECT given.a AS asked, member.record_id FROM given
        JOIN indexed_record ours ON ours.record_id = given.a
        JOIN indexed_record member ON member.customer_id = ours.customer_id
        UNION SELECT given.b, member.record_id FROM given
        JOIN indexed_record ours ON ours.record_id = given.b
        JOIN indexed_record member ON member.customer_id = ours.customer_id
        UNION SELECT a, a FROM given UNION SELECT b, b FROM given)
    INSERT INTO decision (first_id, second_id, origin, decided_by, decided_at)
    SELECT DISTINCT least(x.record_id, y.record_id), greatest(x.record_id, y.record_id),
        :origin, CAST(:by AS uuid), CAST(:at AS timestamptz)
    FROM given JOIN whole x ON x.asked = given.a JOIN whole y ON y.asked = given.b
    WHERE x.record_id <> y.record_id
    ON CONFLICT DO NOTHING""")
