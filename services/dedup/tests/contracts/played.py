"""One day at a small company: every call of the service once, with what came of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from servicekit.clock import parse_rfc3339
from servicekit.events import Event
from servicekit.events.batch import BatchWorker
from servicekit.events.cloudevent import CONTENT_TYPE, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from servicekit.testing.examples import Examples, ParkedRows, Recorder, numbered
from services.dedup.following.subscribers import FollowCustomers
from services.dedup.tests.following.telling import Deps, changed, tell
from services.dedup.tests.world import World
from services.dedup.worker import JOBS

Json = dict[str, Any]
EXAMPLES = Examples(Path(__file__).parents[4] / "contracts" / "dedup")
NOBODY = "00000000-0000-7000-8000-00000000000c"
_THEN = parse_rfc3339("2026-03-01T12:00:00Z")
_SCORE = re.compile(r'"score": \d+')


class Day(Recorder):
    """An administrator's calls, about a few people who look alike."""

    def __init__(self, world: World) -> None:
        super().__init__(world.service, world.admin)
        self.world = world
        self.ana = world.customer("Ana Souza", "Vendas", email="ana.souza@gmail.com", phone="+5511987650001")
        self.souza = world.customer("Souza, Ana", "Vendas", email="ana.souza@hotmail.com")
        self.shop = world.customer("Ana S.", "Vendas", whatsapp="+5511987650001")
        tell(world, changed(world, self.ana, self.souza, self.shop))


def play(world: World) -> dict[str, Json]:
    """Calls by name, numbered."""
    day = Day(world)
    _about_the_queue(day)
    _about_checks(day)
    _about_scans(day)
    _about_bulk_merges(day)
    _about_access(day)
    _about_parked(day)
    return {name: _of_any_day(each) for name, each in day.calls.items()}


def _of_any_day(example: Json) -> Json:
    """How alike two customers are is for the tests of the domain to say; here only that it is said."""
    text = _SCORE.sub(r'"score": 90', json.dumps(numbered(example, known={NOBODY}, told="2026-03-01T")))
    return dict(json.loads(text))


def _work_off(day: Day) -> None:
    """All long work, in one second each."""
    day.world.work_off(JOBS)
    day.world.run("UPDATE job SET started_at = :at, finished_at = :at + interval '1 second'", at=_THEN)


def _about_the_queue(day: Day) -> None:
    pairs = day.call("list_pairs", limit=50, min_score=60)["data"]
    day.call("list_clusters", limit=50)
    day.call("count_for", day.ana)
    pair = next(each for each in pairs if not each["shared_identity"])
    day.call("get_pair", pair["id"])
    day.call("get_pair", NOBODY, name="get_pair.not_found")
    day.call("decide_pair", pair["id"], {"decision": "not_duplicate"})


def _about_checks(day: Day) -> None:
    day.call("check", {"name": "Ana Souza", "phone": "(11) 98765-0001"})


def _about_scans(day: Day) -> None:
    scan = day.call("start_scan")["scan"]
    _work_off(day)
    day.call("get_scan", scan["id"])
    day.call("list_scans", limit=50)
    day.call("cancel_scan", scan["id"])


def _about_bulk_merges(day: Day) -> None:
    crowd = [day.world.customer(f"No name {n}", email="none@example.com") for n in range(2)]
    tell(day.world, changed(day.world, *crowd))
    bulk = day.call("start_bulk_merge", {"kind": "exact", "dry_run": True})["bulk_merge"]
    _work_off(day)
    day.call("get_bulk_merge", bulk["id"])
    day.call("get_bulk_merge", NOBODY, name="get_bulk_merge.not_found")
    day.call("list_bulk_merge_refusals", bulk["id"], limit=50)
    bulk = day.call("start_bulk_merge", {"kind": "exact"}, name="start_bulk_merge.real")["bulk_merge"]
    day.call("cancel_bulk_merge", bulk["id"])
    day.call("list_bulk_merges", limit=50)


def _about_access(day: Day) -> None:
    agent = day.world.agent("rui", "Suporte")
    tokens, token = day.world.company.tokens, "0193" * 8
    tokens[token] = tokens.pop(day.world.company.token(agent, day.ana, "phone"))
    request = day.ask("request_access", agent, token)["request"]
    day.ask("request_access", agent, "0" * 32, name="request_access.unknown_token")
    day.call("list_access_requests", state="pending", limit=50)
    day.call("decide_access_request", request["id"], {"decision": "granted"}, version=1)
    again = {"decision": "declined"}
    day.call("decide_access_request", request["id"], again, name="decide_access_request.already_decided")


def _about_parked(day: Day) -> None:
    """The broker's part of a replay is servicekit's to prove; here only its answers' form."""
    broken = Event(
        type="customers.changed.v1",
        data={"customers": "all"},
        id="01JD8Y0000000000000000ODD",
        source="/services/customers",
        time=_THEN,
    )
    worker = BatchWorker(
        day.world.db, routes_of([FollowCustomers(Deps(day.world))]), pause=lambda seconds: False
    )
    delivery = Delivery(encode(broken), "crm.events", broken.type, content_type=CONTENT_TYPE)
    worker.work_off([delivery], lambda done: None)
    day.world.service.events = ParkedRows(day.world.db)  # type: ignore[assignment]
    [parked] = day.call("list_parked", limit=50)["data"]
    day.call("has_parked", parked["id"])
    day.call("replay_parked", parked["id"])
    day.call("discard_parked", parked["id"])
