"""The account of the latest conversation is found without reading all of them."""

from __future__ import annotations

from uuid import UUID

from servicekit.scope import Scope
from services.customers.outreach import queries
from services.customers.tests.world import World

MAIN = "/channels/whatsapp/acme-main"


def test_an_agents_few_conversations_are_found_among_many_of_others(world: World):
    carla = world.agent("carla", "Vendas")
    ana = world.create(whatsapp="+5511987654321", teams=[world.team("Vendas")])
    many = """
        INSERT INTO interaction (id, customer_id, kind, source, external_id, at, channel, team_id, status)
        SELECT gen_random_uuid(), :customer, 'conversation', :source, :source || n, now(), 'whatsapp', :team,
               'open'
        FROM generate_series(1, :count) AS n"""
    for name, source, count in (("Support", "/channels/whatsapp/theirs", 5_000), ("Vendas", MAIN, 1)):
        team = UUID(world.team(name))
        world.run(many, customer=UUID(ana["id"]), source=source, team=team, count=count)
    world.run("ANALYZE interaction")
    with world.db.reading() as connection:
        found = queries.find_latest_source(connection, Scope.load(carla), [UUID(ana["id"])], "whatsapp")
        asked = connection.connection.driver_connection.execute(  # type: ignore[union-attr]
            "SELECT sum(idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname = 'interaction'"
        )
        (read,) = asked.fetchone()
    assert found == MAIN
    assert read < 100
