"""The history of a customer: who sees what of it, newest first, page by page."""

from __future__ import annotations

from datetime import datetime

import pytest

from servicekit.errors import Forbidden, Invalid, NotFound
from servicekit.scope import CONNECTOR, Scope
from services.customers.tests.history.told import Connector, a_message, an_event, minutes
from services.customers.tests.world import World


@pytest.fixture
def connector(world: World) -> Connector:
    return Connector(world.db)


def the_id(world: World) -> str:
    [customer] = world.service.list_customers(world.admin)["data"]
    return customer["id"]


def pages(world: World, customer_id: str, scope: dict | None = None, **asked) -> list[list[dict]]:
    result, after = [], None
    while True:
        page = world.service.list_history(scope or world.admin, customer_id, after=after, **asked)
        result.append(page["data"])
        if not page["more"]:
            return result
        after = {name: page["data"][-1][name] for name in ("at", "id")}


def test_conversations_and_changes_come_newest_first_and_messages_when_asked_for(world, connector):
    connector.send(
        an_event("started", "wa-1"), a_message("one", at=minutes(1)), a_message("two", at=minutes(2))
    )
    items = world.service.list_history(world.admin, the_id(world))["data"]
    assert [item["kind"] for item in items] == ["change", "conversation"]
    messages = world.service.list_history(world.admin, the_id(world), ["message"])["data"]
    assert [(item["preview"], item["direction"]) for item in messages] == [
        ("two", "inbound"),
        ("one", "inbound"),
    ]


def test_pages_of_a_merged_customer_hold_every_item_of_every_member_once(world, connector):
    survivor = world.create(name="Ana", whatsapp="+5511987654321")
    absorbed = world.create(name="Ana S.", email="ana@example.com")
    for number in range(7):
        identity = [{"kind": "email", "value": "ana@example.com"}] if number % 2 else None
        more = {"identities": identity} if identity else {}
        connector.send(a_message(conversation=f"c-{number}", at=minutes(number // 2), **more))
    world.merge(absorbed["id"], into=survivor["id"])
    changes = world.rows("SELECT count(*) AS n FROM change")[0].n
    for kinds, count in ((["conversation"], 7), (["message"], 7), (["message", "change"], 7 + changes)):
        items = [item for page in pages(world, survivor["id"], kinds=kinds, limit=2) for item in page]
        assert len({item["id"] for item in items}) == len(items) == count
        moments = [datetime.fromisoformat(item["at"]) for item in items]
        assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_messages_of_many_conversations_at_one_time_are_all_on_some_page(world, connector, limit):
    said = [(conversation, at) for conversation in range(5) for at in (0, 0, 1, conversation)]
    connector.send(*(a_message(conversation=f"c-{c}", at=minutes(at)) for c, at in said))
    found = pages(world, the_id(world), kinds=["message"], limit=limit)
    items = [item for page in found for item in page]
    assert len({item["id"] for item in items}) == len(items) == len(said)
    assert all(len(page) == limit for page in found[:-1])


def test_since_is_included_and_until_is_not(world, connector):
    connector.send(*(an_event("started", f"c-{number}", at=minutes(number)) for number in range(4)))
    asked = {"since": "2026-03-01T12:01:00Z", "until": "2026-03-01T09:03:00-03:00"}
    found = world.service.list_history(world.admin, the_id(world), ["conversation"], **asked)["data"]
    assert [item["external_id"] for item in found] == ["c-2", "c-1"]


def test_an_agent_sees_what_belongs_to_their_teams_or_to_none(world, connector):
    bia = world.agent("bia", "sales")
    world.team("legal")
    connector.send(
        a_message("for sales", conversation="c-1", team="sales"),
        a_message("for legal", conversation="c-2", team="legal"),
        a_message("for nobody", conversation="c-3"),
    )
    conversations = world.service.list_history(bia, the_id(world), ["conversation"])["data"]
    assert {item["external_id"] for item in conversations} == {"c-1", "c-3"}
    messages = world.service.list_history(bia, the_id(world), ["message"])["data"]
    assert {item["preview"] for item in messages} == {"for sales", "for nobody"}


def test_an_agent_is_not_told_that_another_team_came_or_went(world):
    sales, support, legal = map(world.team, ("sales", "support", "legal"))
    bia = world.agent("bia", "sales", "legal")
    customer = world.create(teams=[sales])
    for change in ({"add": [support]}, {"add": [legal]}, {"remove": [support]}):
        world.update(customer["id"], teams=change)

    def told(scope):
        return pages(world, customer["id"], scope=scope, kinds=["change"], limit=1)

    assert [[item.get("after") for item in page] for page in told(bia)[:-1]] == [[sorted([sales, legal])]]
    assert len(told(world.admin)) == 4


def test_who_may_not_see_the_customer_sees_no_history(world, connector):
    connector.send(an_event("started", team=world.team("sales")))
    with pytest.raises(NotFound) as hidden:
        world.service.list_history(world.agent("caio", "support"), the_id(world))
    with pytest.raises(NotFound) as unknown:
        world.service.list_history(world.admin, "0193b1de-0000-7000-8000-000000000000")
    with pytest.raises(NotFound):
        world.service.list_history(world.admin, "not an id")
    assert hidden.value.args == unknown.value.args


def test_connectors_read_nothing(world):
    connector = Scope(world.admin["user_id"], CONNECTOR).dump()
    with pytest.raises(Forbidden):
        world.service.list_history(connector, "0193b1de-0000-7000-8000-000000000000")


def test_without_contact_data_an_agent_gets_no_ids_and_links_of_the_channel(world, connector):
    bia = world.agent("bia", "sales")
    world.set(hide_contact_data=True)
    number = "5511987654321"
    told = {"conversation": number, "url": f"https://wa.me/{number}", "team": "sales"}
    connector.send(a_message(external_id=f"{number}-1", **told))
    connector.send(a_message(identities=[{"kind": "email", "value": "ana@example.com"}], **told))
    kinds = ["conversation", "message", "change"]
    seen = world.service.list_history(bia, the_id(world), kinds)["data"]
    assert number not in str(seen)
    assert "ana@example.com" not in str(seen)
    shown = str(world.service.list_history(world.admin, the_id(world), kinds)["data"])
    assert number in shown
    assert "ana@example.com" in shown


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"kinds": ["note"]}, "/kind"),
        ({"kinds": "change"}, "/kind"),
        ({"limit": 0}, "/limit"),
        ({"limit": 201}, "/limit"),
        ({"after": "nonsense"}, "/after"),
        ({"after": {"at": "2026-01-01T00:00:00Z", "id": "nonsense"}}, "/after"),
        ({"after": {"at": "yesterday", "id": "0193b1de-0000-7000-8000-000000000000"}}, "/after"),
        ({"since": "yesterday"}, "/since"),
        ({"until": "2026-01-01T00:00:00"}, "/until"),
    ],
)
def test_what_cannot_be_asked_is_refused(world, asked, pointer):
    with pytest.raises(Invalid) as refused:
        world.service.list_history(world.admin, world.create()["id"], **asked)
    assert [error["pointer"] for error in refused.value.payload["errors"]] == [pointer]
