"""What customers are found by follows whatever changes them. The fixture `world` compares after each test."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from services.customers.tests.world import World


def texts(world: World) -> dict[str, str]:
    return {str(row["customer_id"]): row["text"] for row in world.search_rows()}


def test_a_customer_is_found_by_the_name_and_every_spelling_of_each_address(world: World) -> None:
    customer = world.create(name="João Ávila", phone="11 98765-4321", email="Joao@Bücher.example")
    assert texts(world)[customer["id"]] == (
        "\njoao avila\n5511987654321\n551187654321\njoao@xn--bcher-kva.example\njoao@bucher.example\n"
    )


def test_a_line_used_twice_is_kept_once(world: World) -> None:
    customer = world.create(name="A", phone="+1 202 555 0123", whatsapp="+12025550123")
    assert texts(world)[customer["id"]] == "\na\n12025550123\n"


def test_edits_of_name_addresses_tags_and_teams_are_followed(world: World) -> None:
    customer = world.create(name="Before", email="a@x.com")
    world.update(customer["id"], name="After", email="b@x.com", tags=["vip"], teams=[world.team("sales")])
    (row,) = world.search_rows()
    assert row["text"] == "\nafter\nb@x.com\n"
    assert row["team_ids"] == [UUID(world.team("sales"))]
    assert len(row["tag_ids"]) == 1


def test_deleted_customers_are_found_by_nothing_until_they_are_restored(world: World) -> None:
    customer = world.create(email="a@x.com")
    before = world.search_rows()
    world.service.delete_customer(world.admin, customer["id"])
    assert world.search_rows() == []
    world.service.restore_customer(world.admin, customer["id"])
    assert world.search_rows() == before


def test_customers_that_change_teams_are_followed(world: World) -> None:
    sales, support = world.team("sales"), world.team("support")
    world.create(teams=[sales])
    world.service.delete_customer(world.admin, world.create(teams=[sales])["id"])
    world.service.move_team(world.admin, sales, support)
    (row,) = world.search_rows()
    assert row["team_ids"] == [UUID(support)]


def test_edits_at_once_leave_what_the_last_one_wrote(world: World) -> None:
    customer = world.create(name="A", email="a@x.com")

    def edit(number: int) -> None:
        patch = {"name": f"A{number}"} if number % 2 else {"email": f"a{number}@x.com"}
        world.patiently(lambda: world.update(customer["id"], **patch))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(edit, range(16)))
