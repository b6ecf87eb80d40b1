"""The migration that brought the search fills it with the customers that are there."""

from __future__ import annotations

import json

from sqlalchemy import text

from identity import normalise
from servicekit.database import Transactions
from servicekit.database.migrate import migrate
from servicekit.ids import new_id
from servicekit.testing.infrastructure import fresh_database
from services.customers.tests.world import World

CUSTOMER = text("""
    INSERT INTO customer (id, root_id, name, name_source, name_search, channel, team_ids, custom,
                          created_at, updated_at, deleted_at)
    SELECT :id, :id, :name, 'manual', lower(:name), 'manual', CAST(ARRAY[:team] AS uuid[]),
           CAST(:custom AS jsonb), now(), now(), CASE WHEN :deleted THEN now() END""")
POINT = text("""
    INSERT INTO contact_point (id, customer_id, kind, value, raw, space, identity, created_at)
    VALUES (:id, :customer, :kind, :value, :raw, :space, :identity, now())""")


def test_customers_from_before_are_found_like_those_made_since() -> None:
    with fresh_database("customers") as url:
        migrate("services.customers", url, to="0001")
        database = Transactions.connect(url)
        _keep(database, "Maria", {"phone": "11 98765-4321", "email": "m@x.com", "whatsapp": "11 98765-4321"})
        _keep(database, "Nobody's", {})
        _keep(database, "Gone", {"email": "g@x.com"}, deleted=True)
        migrate("services.customers", url)
        world = World(database)
        rows = world.search_rows()
        database.close()
    assert [row["text"] for row in rows] == [
        "\nmaria\n5511987654321\n551187654321\nm@x.com\n",
        "\nnobody's\n",
    ]


def _keep(database: Transactions, name: str, addresses: dict[str, str], *, deleted: bool = False) -> None:
    customer = {"id": new_id(), "name": name, "team": new_id(), "deleted": deleted}
    with database.unit_of_work() as uow:
        uow.connection.execute(CUSTOMER, {**customer, "custom": json.dumps({"city": "São Paulo"})})
        for kind, raw in addresses.items():
            point = normalise(kind, raw)
            space, identity = point.identity.space, point.identity.value
            kept = {"kind": kind, "value": point.value, "raw": raw, "space": space, "identity": identity}
            uow.connection.execute(POINT, {"id": new_id(), "customer": customer["id"], **kept})
