"""D-merge measures merges that lose nothing, and would notice one that does."""

from collections.abc import Iterator

import psycopg
import pytest

from bench import standing
from bench.figures.merging import Pair, check, load
from servicekit.database import Transactions
from servicekit.testing.infrastructure import fresh_database
from services.customers.service import CustomersService


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with fresh_database("bench") as url:
        standing.fill(url, 10)
        yield url


@pytest.fixture
def service(url: str) -> Iterator[CustomersService]:
    database, service = Transactions.connect(url, service="customers"), CustomersService()
    service.db = database  # type: ignore[assignment]
    yield service
    database.close()


def test_whoever_is_merged_and_undone_has_the_history_of_before(url: str, service: CustomersService) -> None:
    pair = Pair(300)
    load(url, [pair])
    check(service, pair)


def test_an_item_that_a_merge_moves_is_noticed(url: str, service: CustomersService) -> None:
    pair = Pair(20)
    load(url, [pair])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("""
            CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE interaction SET customer_id = NEW.root_id WHERE customer_id = NEW.id;
                RETURN NEW;
            END $$;
            CREATE TRIGGER move AFTER UPDATE OF root_id ON customer FOR EACH ROW EXECUTE FUNCTION move()""")
    with pytest.raises(AssertionError, match="their own again"):
        check(service, pair)
