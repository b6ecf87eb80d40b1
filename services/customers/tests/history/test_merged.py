"""Events about a customer that several records are merged into: what comes by an address goes with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import text

from servicekit.testing.waiting import eventually
from services.customers.tests.history.told import a_message, an_event, an_identification, minutes
from services.customers.tests.world import SOMEBODY_WAITS

PHONE = {"kind": "phone", "value": "+5511987654321"}
EMAIL = {"kind": "email", "value": "new@x.com"}
OWN = {"kind": "email", "value": "a@x.com"}


@pytest.fixture
def two(world):
    """The survivor with an e-mail, and the absorbed record with a phone."""
    survivor = world.create(name="Ana", email="a@x.com")["id"]
    absorbed = world.create(name="Ana S.", phone=PHONE["value"])["id"]
    world.merge(absorbed, into=survivor)
    return survivor, absorbed


def row(world, customer_id):
    [found] = world.rows(
        """
        SELECT c.*, a.last_at, nullif(a.own_at, '-infinity') AS own_at,
               ARRAY(SELECT value FROM contact_point p WHERE p.customer_id = c.id
                     ORDER BY p.created_at, p.id) AS addresses
        FROM customer c JOIN customer_activity a ON a.customer_id = c.id WHERE c.id = :id""",
        id=UUID(customer_id),
    )
    return found


def teams(world, customer_id):
    return sorted(map(str, row(world, customer_id).team_ids))


def test_new_addresses_belong_to_the_record_that_the_event_was_about(world, connector, two):
    survivor, absorbed = two
    connector.send(a_message(identities=[PHONE, EMAIL]))
    customer = world.get(survivor)
    assert (customer["email"], customer["version"], len(customer["contact_points"])) == ("a@x.com", 3, 3)
    assert row(world, absorbed).addresses == [PHONE["value"], EMAIL["value"]]
    told = world.events("customers.changed.v1")[-1]["data"]["customers"]
    assert [(each["id"], each["fields"]) for each in told] == [(survivor, ["contact_points"])]


def test_a_new_address_of_the_survivor_takes_no_primary_from_its_other_records(world, connector, two):
    survivor, absorbed = two
    connector.send(a_message(identities=[OWN, {**PHONE, "value": "+5511911112222"}]))
    assert world.get(survivor)["phone"] == PHONE["value"]
    assert row(world, survivor).addresses == ["a@x.com", "+5511911112222"]
    assert row(world, absorbed).addresses == [PHONE["value"]]


def test_an_address_that_another_record_shows_already_is_not_added_again(world, connector, two):
    survivor, absorbed = two
    connector.send(a_message(identities=[{"kind": "whatsapp", "value": PHONE["value"]}]))
    assert row(world, absorbed).addresses == [PHONE["value"]] * 2
    before = world.get(survivor)
    connector.send(a_message(identities=[PHONE, OWN], external_id="m2"))
    assert world.get(survivor) == before


def test_each_record_keeps_the_time_of_its_own(world, connector, two):
    survivor, absorbed = two
    connector.send(a_message(at=minutes(5), identities=[PHONE]))
    assert (row(world, survivor).last_at, row(world, absorbed).last_at) == (minutes(5), minutes(5))
    connector.send(a_message("two", conversation="wa-2", at=minutes(3), identities=[OWN]))
    assert (row(world, survivor).last_at, row(world, survivor).own_at) == (minutes(5), minutes(3))
    assert (row(world, absorbed).last_at, row(world, absorbed).own_at) == (minutes(5), None)


def test_what_a_records_own_events_give_is_given_to_it_too(world, connector, two):
    survivor, absorbed = two
    sales, bia = world.team("sales"), world.agent("bia", "sales")["user_id"]
    connector.send(an_event("started", identities=[PHONE], team=sales))
    connector.send(an_event("assigned", identities=[], assignee={"id": bia}, at=minutes(1)))
    assert (teams(world, survivor), teams(world, absorbed)) == ([sales], [sales])
    assert str(row(world, survivor).assignee_id) == str(row(world, absorbed).assignee_id) == bia
    assert world.folded(survivor) == {"teams": [sales]}
    assert (world.folded(absorbed), row(world, absorbed).version) == (None, 1)


def test_a_team_that_the_survivors_own_events_name_is_its_own(world, connector, two):
    survivor, _ = two
    sales = world.team("sales")
    connector.send(an_event("started", identities=[PHONE], team=sales))
    version = world.get(survivor)["version"]
    connector.send(an_event("started", "wa-2", identities=[OWN], team=sales))
    assert (world.folded(survivor), teams(world, survivor)) == (None, [sales])
    assert world.get(survivor)["version"] == version


def test_whoever_is_between_a_record_and_its_customer_has_its_teams_as_well(world, connector, two):
    middle, absorbed = two
    survivor, sales = world.create(name="Anna", email="anna@x.com")["id"], world.team("sales")
    world.merge(middle, into=survivor)
    connector.send(an_identification(identities=[PHONE], conversation={"id": "wa-9", "team": sales}))
    assert [teams(world, each) for each in (survivor, middle, absorbed)] == [[sales]] * 3
    assert [world.folded(each) for each in (survivor, middle, absorbed)] == [{"teams": [sales]}] * 2 + [None]


def test_whoever_is_between_is_locked_with_the_others_and_loses_no_team_meanwhile(world, connector, two):
    middle, absorbed = two
    survivor, sales, support = world.create(name="Anna")["id"], world.team("sales"), world.team("support")
    world.merge(middle, into=survivor)
    with ThreadPoolExecutor(1) as pool:
        with world.db.unit_of_work() as uow:
            give = "UPDATE customer SET team_ids = ARRAY[CAST(:team AS uuid)] WHERE id = :id"
            uow.connection.execute(text(give), {"team": support, "id": UUID(middle)})
            heard = pool.submit(connector.send, an_event("started", identities=[PHONE], team=sales))
            eventually(lambda: uow.connection.execute(SOMEBODY_WAITS).first() is not None)
            free = uow.connection.execute(text("SELECT id FROM customer FOR UPDATE SKIP LOCKED")).scalars()
            assert {survivor, absorbed} <= {*map(str, free)}
        heard.result()
    assert teams(world, middle) == sorted([sales, support])
    assert [teams(world, each) for each in (survivor, absorbed)] == [[sales]] * 2


def test_teams_of_several_records_in_one_batch(world, connector, two):
    survivor, absorbed = two
    sales, support = world.team("sales"), world.team("support")
    connector.send(
        an_event("started", "wa-1", identities=[PHONE], team=sales),
        an_event("started", "wa-2", identities=[OWN], team=support),
    )
    assert (teams(world, survivor), teams(world, absorbed)) == (sorted([sales, support]), [sales])
    assert world.folded(survivor) == {"teams": [sales]}


def test_an_address_that_somebody_deleted_still_holds_holds_nobodys_news_up(world, connector, two):
    """No write leaves one behind; if there is one all the same, its news are somebody new's."""
    survivor, _ = two
    world.run("UPDATE customer SET deleted_at = now() WHERE id = :id", id=UUID(survivor))
    world.refresh(survivor)
    connector.send(a_message(identities=[PHONE]), a_message("two", identities=[EMAIL], conversation="wa-2"))
    found = world.service.list_customers(world.admin)["data"]
    assert sorted(point["value"] for each in found for point in each["contact_points"]) == [
        PHONE["value"],
        EMAIL["value"],
    ]
    assert world.rows("SELECT id FROM customer WHERE live AND id = ANY(:two)", two=[*map(UUID, two)]) == []
    for each in found:
        world.service.delete_customer(world.admin, each["id"])
    world.service.restore_customer(world.admin, survivor)
    assert len(world.get(survivor)["contact_points"]) == 2
