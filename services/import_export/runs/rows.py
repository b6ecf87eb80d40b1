"""Rows of a file in the database: copied in once, decided on in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from servicekit.database import UnitOfWork
from services.import_export.reading.parent import StagedRow

Json = dict[str, Any]
CLEARED_AT_ONCE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Staged:
    """A row that is to be decided: what it says, and what was noticed when it was read."""

    n: int
    form: Json
    warnings: list[Json]


_COPY_ROWS: Final = "COPY import_row (import_id, n, cells, form, keys, warnings) FROM STDIN"
_COPY_DECISIONS: Final = """
    COPY import_decision (import_id, n, batch, outcome, customer_id, code, errors, warnings, candidates)
    FROM STDIN"""
_FORMS: Final = text("""
    SELECT n, CAST(form AS text), CAST(warnings AS text) FROM import_row
    WHERE import_id = :id AND n = ANY(:ns)""")
_PLANNED: Final = text("""
    SELECT d.n, CAST(r.form AS text), d.outcome, d.customer_id
    FROM import_decision d JOIN import_row r ON r.import_id = d.import_id AND r.n = d.n
    WHERE d.import_id = :id AND d.batch = :batch ORDER BY d.n""")
_CLEAR: Final = tuple(
    text(f"""
        DELETE FROM {table} WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM {table} WHERE import_id = :id LIMIT :chunk FOR UPDATE))""")
    for table in ("import_decision", "import_row")
)
_CORRECT: Final = text("""
    UPDATE import_decision d SET outcome = r.outcome, customer_id = r.customer, code = r.code,
        drifted = r.drifted, errors = r.errors, candidates = r.candidates
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        n integer, outcome text, customer uuid, code text, drifted boolean, errors json, candidates json)
    WHERE d.import_id = :id AND d.n = r.n""")
_NAME: Final = text("""
    UPDATE import_decision d SET customer_id = r.customer
    FROM unnest(CAST(:ns AS integer[]), CAST(:customers AS uuid[])) AS r (n, customer)
    WHERE d.import_id = :id AND d.n = r.n""")


def clear(uow: UnitOfWork, import_id: UUID) -> int:
    """Forgets some of what an earlier check has staged; returns how many rows."""
    asked = {"id": import_id, "chunk": CLEARED_AT_ONCE}
    return sum(uow.connection.execute(statement, asked).rowcount for statement in _CLEAR)


def stage(uow: UnitOfWork, import_id: UUID, chunk: Sequence[StagedRow], *, keys: Sequence[list[int]]) -> None:
    """The rows as they were read, under these keys."""
    lines = (
        (
            import_id, row["n"], orjson.dumps(row["cells"]).decode(), _json(row["form"]),
            _array(own) if row["form"] else None, _json(row["warnings"]),
        )
        for row, own in zip(chunk, keys, strict=True)
    )  # fmt: skip
    _copy(uow, _COPY_ROWS, lines)


def decide(uow: UnitOfWork, import_id: UUID, decisions: Iterable[Json], *, batch: int | None = None) -> None:
    """What is to become of rows that nothing was decided about before."""
    lines = (
        (
            import_id, each["n"], batch, each["outcome"], each.get("customer"), each.get("code"),
            _json(each.get("errors")), _json(each.get("warnings")), _json(each.get("candidates")),
        )
        for each in decisions
    )  # fmt: skip
    _copy(uow, _COPY_DECISIONS, lines)


def correct(uow: UnitOfWork, import_id: UUID, decisions: Sequence[Json]) -> None:
    """Rows that came otherwise than planned."""
    if decisions:
        values = {"id": import_id, "rows": orjson.dumps(decisions).decode()}
        uow.connection.execute(_CORRECT, values)


def name_customers(uow: UnitOfWork, import_id: UUID, made: Sequence[tuple[int, str]]) -> None:
    """Of rows that came as planned, the customers that they made or met."""
    if made:
        ns, customers = zip(*made, strict=True)
        values = {"id": import_id, "ns": list(ns), "customers": list(customers)}
        uow.connection.execute(_NAME, values)


def staged(connection: Connection, import_id: UUID, ns: Sequence[int]) -> list[Staged]:
    """These rows, in this order."""
    found = connection.execute(_FORMS, {"id": import_id, "ns": list(ns)})
    rows = {n: Staged(n, orjson.loads(form), orjson.loads(notes or "[]")) for n, form, notes in found}
    return [rows[n] for n in ns]


def planned(connection: Connection, import_id: UUID, batch: int) -> list[Json]:
    """A batch as it was checked, in the order in which it is decided."""
    found = connection.execute(_PLANNED, {"id": import_id, "batch": batch}).all()
    return [
        {
            "n": n,
            "form": orjson.loads(form),
            "plan": {"outcome": outcome, "customer": None if customer is None else str(customer)},
        }
        for n, form, outcome, customer in found
    ]


def _copy(uow: UnitOfWork, statement: str, lines: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = uow.connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row(line)


def _json(value: Any) -> str | None:
    return orjson.dumps(value).decode() if value else None


def _array(numbers: list[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"
