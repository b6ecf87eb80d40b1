"""Lists of tasks: what is in them, in which order, and what they cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from servicekit.clock import to_rfc3339, utc_now
from servicekit.errors import Invalid, NotFound
from services.tasks.tests.work.office import a_stranger, add, edit, every, fate, tell, titles
from services.tasks.tests.world import World

DAY = datetime(2031, 3, 1, 12, tzinfo=UTC)


def on_day(number: int) -> str:
    return to_rfc3339(DAY + timedelta(days=number))


def test_the_soonest_comes_first_and_those_without_a_date_last(world: World):
    ana = world.agent("ana", "Vendas")
    for title, due in (("none", None), ("third", on_day(3)), ("first", on_day(1)), ("second", on_day(2))):
        add(world, ana, title, due_at=due)
    add(world, ana, "none either")
    expected = ["first", "second", "third", "none", "none either"]
    assert titles(every(world, ana)) == expected
    assert titles(every(world, ana, limit=1)) == titles(every(world, ana, limit=2)) == expected
    newest = ["none either", "second", "first", "third", "none"]
    assert titles(every(world, ana, sort="-created_at")) == newest
    assert titles(every(world, ana, limit=2, sort="-created_at")) == newest


def test_mine_are_those_that_i_have_to_do_also_where_i_do_not_see_the_customer_any_more(world: World):
    ana, bia = world.agent("ana", "Vendas"), world.agent("bia", "Vendas")
    customer = world.customer("Vendas")
    add(world, ana, "mine", customer=customer)
    add(world, bia, "given to me", responsible=ana["user_id"])
    add(world, ana, "hers", responsible=bia["user_id"])
    ana = world.agent("ana", "Suporte")
    mine = every(world, ana, view="mine")
    assert [(task["title"], task.get("limited", False)) for task in mine] == [
        ("mine", True),
        ("given to me", False),
    ]


def test_the_teams_are_those_that_somebody_of_my_teams_has_to_do(world: World):
    ana, bia = world.agent("ana", "Vendas"), world.agent("bia", "Vendas", "Suporte")
    caio = world.agent("caio", "Suporte")
    customer = world.customer("Vendas", "Suporte")
    for name, scope in (("ana's", ana), ("bia's", bia), ("caio's", caio)):
        add(world, scope, name, customer=customer)
    assert titles(every(world, ana, view="team")) == ["ana's", "bia's"]
    assert titles(every(world, caio, view="team")) == ["bia's", "caio's"]
    assert titles(every(world, ana)) == ["ana's", "bia's", "caio's"]
    assert every(world, world.agent("eva"), view="team") == []


def test_lists_are_narrowed_by_status_priority_and_what_is_overdue(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    late = to_rfc3339(utc_now() - timedelta(hours=1))
    add(world, ana, "late", due_at=late, priority="urgent", customer=customer)
    add(world, ana, "on time", due_at=on_day(1), customer=customer)
    edit(world, ana, add(world, ana, "late and done", due_at=late, customer=customer), status="done")
    edit(world, ana, add(world, ana, "begun", priority="low"), status="in_progress")
    for sort in ("due_at", "-created_at"):
        assert titles(every(world, ana, overdue=True, sort=sort)) == ["late"]
        assert titles(every(world, ana, limit=1, overdue=True, customer_id=customer, sort=sort)) == ["late"]
        assert set(titles(every(world, ana, overdue=False, sort=sort))) == {
            "on time",
            "late and done",
            "begun",
        }
    assert titles(every(world, ana, status=["done", "in_progress"])) == ["late and done", "begun"]
    assert titles(every(world, ana, limit=1, priority=["low", "urgent"])) == ["late", "begun"]
    assert titles(every(world, ana, status=["open"], view="mine", customer_id=customer)) == [
        "late",
        "on time",
    ]
    assert every(world, ana, status=[]) == []


def test_the_tasks_of_a_customer_are_those_of_all_its_records(world: World):
    ana, old, new = world.agent("ana", "Vendas"), world.customer("Vendas"), world.customer("Vendas")
    add(world, ana, "old", customer=old, due_at=on_day(2))
    add(world, ana, "new", customer=new, due_at=on_day(1))
    add(world, ana, "nobody's")
    world.company.merge(old, into=new)
    listed = every(world, ana, limit=1, customer_id=new)
    assert [(task["title"], task["customer"]) for task in listed] == [("new", new), ("old", new)]
    assert world.service.list_tasks(ana, customer_id=old) == {"moved_to": new}


def test_a_customer_whom_one_does_not_see_has_no_tasks(world: World):
    ana = world.agent("ana", "Vendas")
    for customer in (world.customer("Suporte"), a_stranger(), "nonsense"):
        with pytest.raises(NotFound, match="customer_not_found"):
            world.service.list_tasks(ana, customer_id=customer)


def test_a_page_costs_one_question_and_is_refilled_past_what_is_hidden(world: World):
    ana, eva = world.agent("ana", "Vendas"), world.agent("eva", "Suporte")
    seen, hidden = world.customer("Vendas"), world.customer("Suporte")
    for number in range(30):
        add(world, eva, f"hidden {number}", customer=hidden)
    for number in range(3):
        add(world, ana, f"seen {number}", customer=seen)
    world.company.calls = 0
    assert titles(world.service.list_tasks(eva, 30)["data"]) == [f"hidden {number}" for number in range(30)]
    assert world.company.calls == 1
    page = world.service.list_tasks(ana, 2)
    assert titles(page["data"]) == ["seen 0", "seen 1"]
    assert titles(every(world, ana, limit=2)) == ["seen 0", "seen 1", "seen 2"]


def test_who_sees_little_of_much_gets_a_short_page_after_a_bounded_effort(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.tasks.work.listing._GROWTH", 1)
    ana, eva = world.agent("ana", "Vendas"), world.agent("eva", "Suporte")
    for number in range(20):
        add(world, eva, f"hidden {number}", customer=world.customer("Suporte"))
    add(world, ana, "seen", customer=world.customer("Vendas"))
    world.company.calls = 0
    page = world.service.list_tasks(ana, 1)
    assert (page["data"], page["next"] is None, world.company.calls) == ([], False, 6)
    assert titles(every(world, ana, limit=1)) == ["seen"]


def test_visible_tasks_are_those_that_one_could_read(world: World):
    ana, eva = world.agent("ana", "Vendas"), world.agent("eva", "Suporte")
    mine, hers = add(world, ana)["id"], add(world, eva)["id"]
    ids = [hers, a_stranger(), mine, "nonsense"]
    assert world.service.visible_tasks(ana, ids) == [mine]
    assert world.service.visible_tasks(world.admin, ids) == [hers, mine]


def test_tasks_of_a_deleted_customer_are_in_nobodys_lists_but_the_responsibles(world: World):
    ana, customer = world.agent("ana", "Vendas"), world.customer("Vendas")
    add(world, world.admin, "theirs", customer=customer)
    add(world, ana, "mine", customer=customer)
    world.company.customers[customer].deleted = True
    tell(world, fate("deleted", customer, 2))
    [mine] = every(world, ana)
    assert (mine["title"], mine["status"], mine["limited"]) == ("mine", "cancelled", True)
    assert titles(every(world, world.admin)) == ["theirs"]
    assert every(world, world.agent("bia", "Vendas")) == []


@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        ({"sort": "title"}, "/sort"),
        ({"view": "theirs"}, "/view"),
        ({"status": ["late"]}, "/status"),
        ({"status": 7}, "/status"),
        ({"priority": "soon"}, "/priority"),
        ({"overdue": "yes"}, "/overdue"),
        ({"limit": 0}, "/limit"),
        ({"limit": 201}, "/limit"),
        ({"cursor": "x"}, "/cursor"),
        ({"cursor": "WyJuYW1lIl0"}, "/cursor"),
    ],
)
def test_what_no_list_has_is_refused(world: World, arguments: dict[str, object], pointer: str):
    with pytest.raises(Invalid) as raised:
        world.service.list_tasks(world.admin, **arguments)
    assert raised.value.payload["errors"][0]["pointer"] == pointer


def test_a_cursor_belongs_to_its_order(world: World):
    for _ in range(2):
        add(world, world.admin)
    cursor = world.service.list_tasks(world.admin, 1)["next"]
    with pytest.raises(Invalid, match="invalid"):
        world.service.list_tasks(world.admin, 1, cursor, sort="-created_at")
