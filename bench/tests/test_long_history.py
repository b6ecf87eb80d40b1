"""What P-profile and P-history measure is the same question, asked twice."""

from collections.abc import Iterator

import psycopg
import pytest

from bench import long_history, standing
from bench.by_hand import ByHand
from bench.figures.person import PAGES, WHO
from bench.long_history import CUSTOMERS, OLD_ITEMS, Long
from bench.people import TINY_TEAM
from bench.standing import ASKING, TEAMS, Asking
from servicekit.database import Transactions
from servicekit.testing.infrastructure import fresh_database
from services.customers.service import CustomersService

_ITEMS = 200


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with fresh_database("bench") as url:
        standing.fill(url, 100)
        with psycopg.connect(url, autocommit=True) as connection:
            long_history.load(connection, _ITEMS)
        yield url


@pytest.fixture(scope="module")
def connection(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def service(url: str) -> Iterator[CustomersService]:
    database, service = Transactions.connect(url, service="customers"), CustomersService()
    service.db = database  # type: ignore[assignment]
    yield service
    database.close()


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.name)
@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda customer: customer.name)
def test_by_hand_brings_the_items_that_the_service_lists(
    service: CustomersService, connection: psycopg.Connection, customer: Long, who: Asking
) -> None:
    by_hand = ByHand(connection, customer.ids, who.teams)
    for kinds in {page.kinds for page in PAGES}:
        ours = service.list_history(who.scope, str(customer.ids[0]), list(kinds), limit=50)["data"]
        theirs = by_hand.page(kinds, until=None, since=None, limit=50)
        told = [row for row in ours if row.get("field") != "teams" or not who.teams]
        assert [item["id"] for item in told] == [str(row[0]) for row in theirs][: len(told)]


def test_the_counters_are_those_of_the_items(service: CustomersService) -> None:
    for customer in CUSTOMERS:
        counters = service.get_profile(ASKING[0].scope, str(customer.ids[0]))["counters"]
        counted = counters["conversations"] + counters["appointments"] + counters["purchases"]
        assert counted == customer.members * (_ITEMS + long_history.UPCOMING)


def test_one_team_sees_a_few_old_items_of_each_record(service: CustomersService) -> None:
    few = next(asking for asking in ASKING if asking.team == TINY_TEAM)
    for customer in CUSTOMERS:
        kinds = ["conversation", "appointment", "purchase"]
        items = service.list_history(few.scope, str(customer.ids[0]), kinds, limit=200)["data"]
        assert len(items) == customer.members * OLD_ITEMS
        assert {item["team"] for item in items} == {str(TEAMS[TINY_TEAM])}
