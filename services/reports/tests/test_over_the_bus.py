"""The service as it runs: beside the customers service, on a broker and databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu
import psycopg
import pytest

from servicekit.aio import RpcClient
from servicekit.errors import Conflict, Invalid
from servicekit.events.cloudevent import CONTENT_TYPE, Event, completed, encode
from servicekit.events.topology import declare, load
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT, Scope
from servicekit.testing.databases import migrated
from servicekit.testing.infrastructure import fresh_vhost
from servicekit.testing.process import running_service
from servicekit.testing.waiting import eventually
from services.reports.tests.company import codes, table, tag_renamed

pytestmark = pytest.mark.system
SCOPE = Scope(str(new_id()), ADMIN).dump()
EXCHANGE = kombu.Exchange("crm.events", "topic", no_declare=True)
BY_STATUS = {"groupings": [{"field": "status"}]}


@pytest.fixture(scope="module")
def bus(migrated_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("files")
    with fresh_vhost() as url, migrated("customers") as customers:
        declare(url, load(["services.customers", "services.reports"]))
        with (
            running_service(
                "services.customers.service:CustomersService", AMQP_URL=url, DATABASE_URL=customers
            ),
            running_service(
                "services.reports.service:ReportsService",
                AMQP_URL=url,
                DATABASE_URL=migrated_database,
                STORAGE_URL=f"file://{folder}",
            ),
        ):
            for name in ("Ana", "Bia", "Rui"):
                ask(url, "customers", "create_customer", SCOPE, {"name": name})
            yield url


def ask(bus: str, service: str, method: str, *args: Any, **kwargs: Any) -> Any:
    """As a gateway would."""
    [answer] = ask_at_once(bus, service, method, *args, times=1, **kwargs)
    if isinstance(answer, Exception):
        raise answer
    return answer


def ask_at_once(bus: str, service: str, method: str, *args: Any, times: int, **kwargs: Any) -> list[Any]:
    """The same question, so many times; an answer or an error each."""

    async def work() -> list[Any]:
        client = await RpcClient.connect(bus)
        try:
            calls = (client.call(service, method, *args, deadline=20.0, **kwargs) for _ in range(times))
            return await asyncio.gather(*calls, return_exceptions=True)
        finally:
            await client.close()

    return asyncio.run(work())


def test_live_customers_are_counted_where_they_are(bus: str):
    answer = ask(bus, "reports", "preview", SCOPE, {}, BY_STATUS)
    assert (answer["grand_total"], sum(table(answer).values())) == (3, 3)
    assert ask(bus, "reports", "preview", SCOPE, {"q": "bia"}, BY_STATUS)["grand_total"] == 1


def test_an_agent_without_a_team_counts_nobody(bus: str):
    agent = Scope(str(new_id()), AGENT).dump()
    answer = ask(bus, "reports", "preview", agent, {}, BY_STATUS)
    assert (answer["grand_total"], answer["rows"]) == (0, [])


def test_of_many_previews_of_a_form_the_last_is_answered(bus: str):
    answers = ask_at_once(bus, "reports", "preview", SCOPE, {}, BY_STATUS, form="tab", times=6)
    errors = [each for each in answers if isinstance(each, Exception)]
    assert len(errors) < 6
    for error in errors:
        assert isinstance(error, Conflict)
        assert error.code == "superseded"
    assert {each["grand_total"] for each in answers if isinstance(each, dict)} == {3}


def test_what_customers_refuse_is_told_in_the_words_of_reports(bus: str):
    for source, pointer in (
        ({"saved_filter": str(new_id())}, "/source/saved_filter"),
        ({"filter": {"field": "custom.x", "op": "eq", "value": 1}}, "/source/filter/field"),
    ):
        with pytest.raises(Invalid) as wrong:
            ask(bus, "reports", "preview", SCOPE, source, BY_STATUS)
        assert [each[0] for each in codes(wrong.value.payload["errors"])] == [pointer]


def test_templates_follow_a_renamed_tag_and_so_does_a_form_that_was_open(bus: str):
    tag = ask(bus, "customers", "create_tag", SCOPE, {"name": "VIP"})["id"]
    configuration = {"groupings": [{"field": "tags", "split": ["VIP"]}]}
    data = {"name": "Tags", "configuration": configuration}
    made = ask(bus, "reports", "create_configuration", SCOPE, data)["configuration"]["id"]

    def split(told: Any) -> Any:
        return told["configuration"]["configuration"]["groupings"][0]["split"]

    ask(bus, "customers", "update_tag", SCOPE, tag, {"name": "Top"})
    assert split(ask(bus, "reports", "get_configuration", SCOPE, made)) == ["Top"]
    _publish(bus, tag_renamed("VIP", "Top", tag=tag))

    def follows() -> bool:
        patch = {"configuration": configuration}
        return bool(split(ask(bus, "reports", "update_configuration", SCOPE, made, patch)) == ["Top"])

    eventually(follows, what="that the rename was heard")


def test_an_event_that_says_nothing_is_parked(bus: str, migrated_database: str):
    _publish(bus, Event("tag.renamed.v1", {"id": "none"}))
    with psycopg.connect(migrated_database, autocommit=True) as connection:

        def parked() -> bool:
            found = connection.execute("SELECT count(*) FROM parked_message").fetchone()
            return bool(found and found[0])

        eventually(parked, what="a parked message")


def _publish(bus: str, event: Event) -> None:
    with kombu.Connection(bus) as connection:
        kombu.Producer(connection.channel(), EXCHANGE, auto_declare=False).publish(
            encode(completed(event, source="/services/customers")),
            routing_key=event.type,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
        )
