"""Ids as bytes reach a statement as what they are."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from servicekit.database.uuids import Uuids
from servicekit.ids import new_id


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_they_are_an_array_of_ids(db, count):
    ids = [new_id() for _ in range(count)]
    statement = "SELECT CAST(:ids AS uuid[]), pg_typeof(:ids)::text"
    asked = Uuids(b"".join(id_.bytes for id_ in ids))
    with db.reading() as connection:
        [[found, type_]] = connection.execute(text(statement), {"ids": asked})
    assert (found, type_) == (ids, "uuid[]")
