from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from bench.generate import add, load
from bench.people import TEAM_SHARES, TINY_TEAM, people
from identity import normalise
from servicekit.database.migrate import migrate
from servicekit.testing.infrastructure import fresh_database
from services.customers.registry.index import ROWS
from services.customers.tables import metadata

_PEOPLE = 2_000


@pytest.fixture(scope="module")
def loaded() -> Iterator[psycopg.Connection]:
    with fresh_database("bench") as url:
        migrate("services.customers", url)
        with psycopg.connect(url, autocommit=True) as connection:
            load(connection, _PEOPLE, teams=[uuid4() for _ in TEAM_SHARES])
            yield connection


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_a_number_is_always_the_same_person() -> None:
    assert list(people(50)) == list(people(50))


def test_no_two_people_share_an_address() -> None:
    identities = [{point.identity for point in who.points} for who in people(_PEOPLE)]
    assert len(set().union(*identities)) == sum(map(len, identities))


def test_every_customer_is_live_and_has_its_activity(loaded: psycopg.Connection) -> None:
    assert (
        _one(loaded, "SELECT count(*) FROM customer JOIN customer_activity ON customer_id = id WHERE live")
        == _PEOPLE
    )


def test_each_identity_has_a_key_and_one_holder_that_shows_it(loaded: psycopg.Connection) -> None:
    keys = _one(loaded, "SELECT count(*) FROM identity_key")
    held = _one(
        loaded, "SELECT count(*) FROM identity_holder JOIN identity_key USING (space, value) WHERE slot = 0"
    )
    shown = _one(loaded, "SELECT count(DISTINCT (customer_id, space, identity)) FROM contact_point")
    assert keys == held == shown


def test_contact_points_are_in_the_normal_form_of_the_product(loaded: psycopg.Connection) -> None:
    for kind, value, scope, space, identity in loaded.execute(
        "SELECT kind, value, scope, space, identity FROM contact_point LIMIT 300"
    ):
        point = normalise(kind, value, scope=scope)
        assert (point.value, point.identity.space, point.identity.value) == (value, space, identity)


def test_teams_are_of_very_different_sizes(loaded: psycopg.Connection) -> None:
    sizes = [
        n for (n,) in loaded.execute("SELECT count(*) FROM customer, unnest(team_ids) team GROUP BY team")
    ]
    assert len(sizes) >= TINY_TEAM // 2
    assert max(sizes) > 100 * min(sizes)


def test_names_are_of_many_scripts(loaded: psycopg.Connection) -> None:
    for script in ("[а-я]", "[α-ω]", "[א-ת]", "[ا-ي]", "[一-龯]", "[ぁ-ヺ]", "[अ-ह]"):
        assert _one(loaded, f"SELECT count(*) FROM customer WHERE name_search ~ '{script}'") > 0, script


def test_a_search_finds_people_by_all_that_is_theirs(loaded: psycopg.Connection) -> None:
    kept = "SELECT customer_id, team_ids, tag_ids, name_search, text FROM customer_search"
    assert _one(loaded, "SELECT count(*) FROM customer_search") == _PEOPLE
    assert _one(loaded, f"SELECT count(*) FROM ({ROWS} EXCEPT {kept}) different") == 0


def test_texts_and_flags_have_a_form_to_search_by(loaded: psycopg.Connection) -> None:
    wrong = """SELECT count(*) FROM customer WHERE (custom ? 'bench_city') <> (custom_search ? 'bench_city')
               OR custom->'bench_terms' IS DISTINCT FROM custom_search->'bench_terms'"""
    assert _one(loaded, wrong) == 0


def test_the_indexes_are_back_after_a_load(loaded: psycopg.Connection) -> None:
    wanted = {item.name for table in metadata.sorted_tables for item in (*table.indexes, table.primary_key)}
    there = {
        name for (name,) in loaded.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
    }
    assert wanted <= there


def test_a_second_load_replaces_the_first(loaded: psycopg.Connection) -> None:
    teams = [uuid4() for _ in TEAM_SHARES]
    load(loaded, 100, teams=teams)
    assert _one(loaded, "SELECT count(*) FROM customer") == 100
    load(loaded, _PEOPLE, teams=teams)


def test_conversations_are_counted_by_customer_and_team(loaded: psycopg.Connection) -> None:
    assert _one(loaded, "SELECT sum(items) FROM history_count") == _one(
        loaded, "SELECT count(*) FROM interaction"
    )


def test_more_can_be_copied_in_for_the_time_it_takes_and_leave_nothing(loaded: psycopg.Connection) -> None:
    assert add(loaded, 50, first=_PEOPLE, teams=[uuid4() for _ in TEAM_SHARES]) > 0
    assert _one(loaded, "SELECT count(*) FROM customer") == _PEOPLE
