"""Whatever a batch begins with: customers are locked before what was asked of their connectors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlalchemy import text

from servicekit.clock import utc_now
from servicekit.errors import Conflict
from servicekit.events import Event
from servicekit.events.batch import BatchWorker
from servicekit.events.cloudevent import CONTENT_TYPE, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from servicekit.rights import for_people
from servicekit.testing.waiting import eventually
from services.customers.merging import applying
from services.customers.outreach.domain.request import MAX_OPEN
from services.customers.registry.writing import Seen
from services.customers.service import CustomersService
from services.customers.tests.history.told import a_message
from services.customers.tests.outreach.test_replies import refused
from services.customers.tests.outreach.test_requests import start
from services.customers.tests.world import SOMEBODY_WAITS, World


def hear(world: World, *events: Event) -> None:
    """As the service does, with its handlers."""
    deps = SimpleNamespace(db=world.db, rpc=lambda service: None)
    handlers = [handler(deps) for handler in CustomersService.events._handlers]
    worker = BatchWorker(world.db, routes_of(handlers), pause=lambda seconds: False)
    deliveries = [Delivery(encode(e), "channel.events", e.type, content_type=CONTENT_TYPE) for e in events]
    worker.work_off(deliveries, lambda done: None)


def test_a_refusal_locks_no_request_before_the_customers_of_its_batch(world: World) -> None:
    ana = world.create(name="Ana", whatsapp="+5511987654321", teams=[world.team("Vendas")])
    request = start(world, world.admin, ana["id"])
    contact = {"identities": [{"kind": "whatsapp", "value": "5511987654321"}]}
    batch = refused(request["id"]), a_message(contact=contact)
    with ThreadPoolExecutor(1) as pool:
        with world.db.unit_of_work() as uow:
            lock = text("SELECT FROM customer WHERE id = :id FOR NO KEY UPDATE")
            uow.connection.execute(lock, {"id": UUID(ana["id"])})
            heard = pool.submit(hear, world, *batch)
            eventually(lambda: uow.connection.execute(SOMEBODY_WAITS).first() is not None)
            free = uow.connection.execute(text("SELECT id FROM conversation_request FOR UPDATE SKIP LOCKED"))
            assert [str(row.id) for row in free] == [request["id"]]
        heard.result()
    assert world.service.get_conversation_request(world.admin, request["id"])["state"] == "refused"


def test_what_was_asked_of_whom_a_merge_brings_meanwhile_counts_too(world: World) -> None:
    ana, bia = (world.create(name=n, whatsapp=f"+551198765432{i}") for i, n in enumerate(("Ana", "Bia")))
    for _ in range(MAX_OPEN):
        start(world, world.admin, bia["id"])
    data = {"primary": ana["id"], "duplicates": [bia["id"]]}
    with ThreadPoolExecutor(1) as pool:
        with world.db.unit_of_work() as uow:
            seen = Seen(at=utc_now())
            applying.apply(uow, for_people(world.admin), data, versions=None, merge_id=None, seen=seen)
            asked = pool.submit(world.patiently, lambda: start(world, world.admin, ana["id"]))
            eventually(lambda: uow.connection.execute(SOMEBODY_WAITS).first() is not None)
        with pytest.raises(Conflict, match="too_many_requests"):
            asked.result()
