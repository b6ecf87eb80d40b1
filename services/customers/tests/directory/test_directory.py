"""The copy of the gateway's directory: whole, newest, and asked for again when somebody is not known."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from directory import repository
from directory.model import Directory
from directory.refresh import refresh
from directory.subscriber import CacheDirectory
from servicekit.errors import Unavailable
from servicekit.events import Event
from services.customers import configuration
from services.customers.tests.history.told import Connector, SilentGateway, an_event

SALES, SUPPORT = "018f2a54-0000-7000-8000-000000000001", "018f2a54-0000-7000-8000-000000000002"
BIA = "018f2a54-0000-7000-8000-00000000000b"


def told(revision: int, *teams: tuple[str, str]) -> dict:
    users = [
        {"id": BIA, "name": "Bia", "role": "agent", "active": True, "team_ids": [team for team, _ in teams]}
    ]
    return {"revision": revision, "teams": [{"id": i, "name": name} for i, name in teams], "users": users}


def known(database) -> Directory:
    with database.reading() as connection:
        return configuration.current(connection).directory


def store(database, message: dict) -> bool:
    with database.unit_of_work() as uow:
        return repository.replace(uow.connection, Directory.load(message))


def test_a_newer_directory_replaces_all_and_an_older_one_nothing(database):
    assert store(database, told(5, (SALES, "Sales")))
    assert not store(database, told(4, (SUPPORT, "Support")))
    assert not store(database, told(5, (SUPPORT, "Support")))
    assert known(database) == Directory.load(told(5, (SALES, "Sales")))
    assert store(database, told(6, (SUPPORT, "Support")))
    assert known(database) == Directory.load(told(6, (SUPPORT, "Support")))


def test_a_team_is_found_by_id_and_by_name_whatever_case_and_accents(database):
    store(database, told(1, (SALES, "Atenção")))
    directory = known(database)
    asked = ["ATENCAO", " atenção ", SALES, SALES.upper(), SUPPORT, "x"]
    assert [directory.find_team(each) for each in asked] == [SALES] * 4 + [None] * 2
    assert directory.find_user(BIA).team_ids == {SALES}


class Gateway(SilentGateway):
    def __init__(self, directory: dict | None) -> None:
        super().__init__(directory)
        self.silent = directory is None

    def call(self, method: str, *, deadline: float) -> dict:
        if self.silent:
            raise Unavailable("service_down")
        return super().call(method, deadline=deadline)


def a_cache(database, gateway) -> CacheDirectory:
    return CacheDirectory(SimpleNamespace(db=database, rpc=lambda service: gateway))


def deliver(database, cache: CacheDirectory, revision: int) -> None:
    events = [
        Event("directory.changed.v1", {"revision": revision}, revision=revision, id="1", source="/gateway")
    ]
    fetched = cache.fetch(events)
    with database.unit_of_work() as uow:
        cache.apply(uow, events, fetched)


def test_an_event_brings_the_directory_once(database):
    gateway = Gateway(told(3, (SALES, "Sales")))
    cache = a_cache(database, gateway)
    deliver(database, cache, 2)
    deliver(database, cache, 3)
    assert (known(database).revision, gateway.asked) == (3, 1)


def test_a_silent_gateway_stops_nothing(database):
    deliver(database, a_cache(database, Gateway(None)), 3)
    refresh(database, Gateway(None))
    assert known(database).revision == 0


@pytest.mark.parametrize("batches", [3])
def test_an_unknown_team_is_asked_for_once_and_found(world, batches):
    sales = "018f2a54-0000-7000-8000-0000000000aa"
    revision = known(world.db).revision + 1
    gateway = Gateway(told(revision, (sales, "Brand new")))
    connector = Connector(world.db, gateway)
    for number in range(batches):
        connector.send(
            an_event("started", f"c-{number}", team="brand NEW"), an_event("started", team="no such")
        )
    [customer] = world.service.list_customers(world.admin)["data"]
    assert (customer["teams"], gateway.asked) == ([sales], 1)
    [unknown] = world.service.list_unknown_teams(world.admin)["data"]
    assert (unknown["name"], unknown["events"]) == ("no such", batches)
