"""The index of a number, date, datetime, text or url field: made by a worker, outside of any transaction."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from servicekit import jobs
from servicekit.database.migrate import migrate
from servicekit.errors import Unavailable
from servicekit.jobs import Run
from services.customers.fields.domain.expressions import expression, index_name
from services.customers.fields.indexing import IndexField
from services.customers.fields.repository import load
from services.customers.tests.world import World


@pytest.fixture(autouse=True)
def without_indexes(world: World) -> Iterator[None]:
    """Indexes outlive the rows that a test leaves."""
    yield
    for row in world.rows("SELECT indexname FROM pg_indexes WHERE indexname ~ '^customer_custom_.{8}_idx$'"):
        world.run(f"DROP INDEX {row.indexname}")


def define(world: World, key: str, kind: str) -> None:
    world.service.create_custom_field(world.admin, {"key": key, "label": key, "type": kind})


def asked(world: World) -> list[str]:
    with world.db.reading() as connection:
        page = jobs.list_of(connection, kind="index_field")
    return sorted(job.parameters["key"] for job in page.jobs if not job.is_finished)


def work(world: World) -> None:
    """As a worker does the oldest job that is not done."""
    with world.db.reading() as connection:
        job = jobs.list_of(connection, kind="index_field").jobs[-1]
    run, handler = Run(job, world.db, None), IndexField()  # type: ignore[arg-type]
    prepared = handler.prepare(run)
    with world.db.unit_of_work() as uow:
        assert handler.step(run, uow, prepared).status == "succeeded"


def indexes(world: World) -> dict[str, bool]:
    rows = world.rows("""
        SELECT c.relname AS name, i.indisvalid AS valid
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relname ~ '^customer_custom_.{8}_idx$'""")
    return {row.name: row.valid for row in rows}


def test_a_field_with_an_order_and_a_text_ask_for_an_index(world: World) -> None:
    for kind in ("text", "number", "date", "datetime", "boolean", "url", "select", "multiselect"):
        define(world, f"a_{kind}", kind)
    assert asked(world) == ["a_date", "a_datetime", "a_number", "a_text", "a_url"]


@pytest.mark.parametrize(("kind", "value"), [("number", 7), ("date", "1990-02-28")])
def test_the_index_answers_comparisons_of_the_field(world: World, kind: str, value) -> None:
    define(world, "rank", kind)
    world.create(custom={"rank": value})
    work(world)
    with world.db.unit_of_work() as uow:
        field = load(uow.connection).by_key["rank"]
        uow.connection.execute(text("SET LOCAL enable_seqscan = off"))
        compared = f"{expression(field)} > :than AND c.live ORDER BY {expression(field)}, c.id LIMIT 5"
        plan = uow.connection.execute(
            text(f"EXPLAIN SELECT c.id FROM customer c WHERE {compared}"),
            {"than": 1 if kind == "number" else "1"},
        )
        assert index_name(field) in "\n".join(plan.scalars())


@pytest.mark.parametrize("kind", ["text", "url"])
def test_the_index_of_a_text_answers_what_it_contains(world: World, kind: str) -> None:
    define(world, "page", kind)
    anyone = world.create(custom={"page": "https://Example.org/Zürich"})
    world.create(custom={"page": "https://example.org/Bern"})
    work(world)
    with world.db.unit_of_work() as uow:
        field = load(uow.connection).by_key["page"]
        uow.connection.execute(text("SET LOCAL enable_seqscan = off"))
        statement = f"SELECT c.id FROM customer c WHERE {expression(field)} LIKE '%zurich%'"
        plan = uow.connection.execute(text(f"EXPLAIN {statement}"))
        assert index_name(field) in "\n".join(plan.scalars())
        assert [str(id_) for id_ in uow.connection.execute(text(statement)).scalars()] == [anyone["id"]]


def test_the_planner_knows_from_the_index_how_many_values_a_range_holds(world: World) -> None:
    define(world, "rank", "number")
    for number in range(20):
        world.create(name=f"Ana {number}", custom={"rank": number})
    work(world)
    with world.db.reading() as connection:
        compared = f"{expression(load(connection).by_key['rank'])} < 10 AND c.live"
        (plan,) = connection.execute(
            text(f"EXPLAIN (FORMAT json) SELECT FROM customer c WHERE {compared}")
        ).scalar_one()
    assert plan["Plan"]["Plan Rows"] == 10


def test_an_index_is_made_once(world: World) -> None:
    define(world, "rank", "number")
    work(world)
    before = indexes(world)
    work(world)
    assert indexes(world) == before == dict.fromkeys(before, True)
    assert len(before) == 1


def test_what_an_interruption_left_is_made_again(world: World) -> None:
    define(world, "rank", "number")
    work(world)
    [name] = indexes(world)
    world.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(:name)", name=name)
    work(world)
    assert indexes(world) == {name: True}


def test_of_two_workers_one_makes_the_index_and_one_comes_back_later(world: World) -> None:
    define(world, "rank", "number")

    def try_to_work(_: int) -> str:
        try:
            work(world)
        except Unavailable as error:
            return error.code
        return "made"

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(try_to_work, range(2)))
    assert outcomes <= {"made", "index_under_way"}
    assert "made" in outcomes
    assert list(indexes(world).values()) == [True]


def test_a_field_that_comes_back_asks_for_an_index_unless_it_has_one(world: World) -> None:
    define(world, "rank", "number")
    world.service.archive_custom_field(world.admin, "rank", 1)
    world.service.unarchive_custom_field(world.admin, "rank", 2)
    assert asked(world) == ["rank"]
    world.run("UPDATE job SET status = 'failed', finished_at = now()")
    world.service.update_custom_field(world.admin, "rank", {"help": "A number"}, 3)
    assert asked(world) == ["rank"]
    work(world)
    world.run("UPDATE job SET status = 'succeeded', finished_at = now()")
    world.service.update_custom_field(world.admin, "rank", {"help": "Another"}, 4)
    assert asked(world) == []


def test_archiving_a_field_drops_nothing(world: World) -> None:
    define(world, "rank", "number")
    work(world)
    world.service.archive_custom_field(world.admin, "rank", 1)
    assert len(indexes(world)) == 1


def test_such_an_index_is_no_difference_between_code_and_database(
    world: World, migrated_database: str
) -> None:
    define(world, "rank", "number")
    define(world, "born", "date")
    work(world)
    migrate("services.customers", migrated_database, check=True)
