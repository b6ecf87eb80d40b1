"""Possible duplicates: while typing, the queue of those who look like one person, and scans for more."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, json_answer, mark_replayed, page_answer, resource_answer
from gateway.call import Call
from gateway.job_events import job_events
from gateway.operations import IfMatch, Routes
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.duplicates import Checked, Cluster, Pair, PairDecision, PairQuery, TypedContact
from gateway.schemas.jobs import Job

routes = Routes("Duplicates")
_SERVICE = "dedup"
_SCANS = "/v1/duplicates/scans"
_EVENTS = {"progress": "the scan", "end": "the scan, which is over"}
_BUDGET = "duplicate_budget_exhausted: too many answers told of customers outside the caller's teams"


@routes.post(
    "/v1/duplicates/check",
    body=TypedContact(),
    answers={200: Checked},
    idempotent=False,
    errors={429: _BUDGET},
)
async def check_duplicates(call: Call) -> Answer:
    """Who of the customers that the caller may see is, or may be, the one who is being typed.

    `exact` ones have the same address or line, `likely` ones a similar name and something besides. Where
    contact data is hidden from the caller, only names are compared.
    """
    return json_answer(await call.ask("check", call.body, service=_SERVICE))


@routes.get("/v1/duplicates", query=PairQuery(), answers={200: page_of(Pair)})
async def list_duplicates(call: Call) -> Answer:
    """The queue: pairs of customers who may be one person, the most likely first.

    An agent sees a pair who may see both; where contact data is hidden, none: each
    would tell of it. A page may hold fewer than asked for, even none, and still have a next one.
    """
    narrowed = ("limit", "cursor", "min_score", "shared", "customer", "reason")
    asked = {name: call.query[name] for name in narrowed}
    return page_answer(await call.ask("list_pairs", service=_SERVICE, **asked))


@routes.get("/v1/duplicates/clusters", query=PageQuery(), answers={200: page_of(Cluster)})
async def list_duplicate_clusters(call: Call) -> Answer:
    """The queue by clusters: those who hang together by pairs, each once."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_clusters", service=_SERVICE, **asked))


@routes.get("/v1/duplicates/{pair_id}", answers={200: Pair})
async def get_duplicate(call: Call) -> Answer:
    """One pair."""
    return json_answer(await call.ask("get_pair", call.path["pair_id"], service=_SERVICE))


@routes.patch(
    "/v1/duplicates/{pair_id}",
    body=PairDecision(),
    if_match=IfMatch.IGNORED,
    audited=True,
    answers={200: Pair},
)
async def decide_duplicate(call: Call) -> Answer:
    """Say that two are not the same person. It is remembered for good, whatever they are merged with."""
    reply = dict(await call.tell("decide_pair", call.path["pair_id"], call.body, service=_SERVICE))
    answer = json_answer(reply["pair"])
    return mark_replayed(answer) if reply.get("replayed") else answer


@routes.post(_SCANS, answers={202: Job}, idempotent=False)
async def start_scan(call: Call) -> Answer:
    """Look for duplicates among all customers. One that is under way already is answered as it is."""
    reply = await call.tell("start_scan", service=_SERVICE)
    location = f"{_SCANS}/{reply['scan']['id']}".encode()
    return resource_answer(reply["scan"], status=202, headers={b"location": location})


@routes.get(_SCANS, query=PageQuery(), answers={200: page_of(Job)})
async def list_scans(call: Call) -> Answer:
    """Scans of all customers, the newest first. They are kept for 30 days."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_scans", service=_SERVICE, **asked))


@routes.get(f"{_SCANS}/{{scan_id}}", answers={200: Job})
async def get_scan(call: Call) -> Answer:
    """How far it has come."""
    return resource_answer(await _read(call), call.if_none_match)


@routes.post(f"{_SCANS}/{{scan_id}}/cancel", answers={200: Job}, idempotent=False)
async def cancel_scan(call: Call) -> Answer:
    """End it after the part under work; what was found stays. One that is over stays as it is."""
    reply = await call.tell("cancel_scan", call.path["scan_id"], service=_SERVICE)
    return resource_answer(reply["scan"])


@routes.get(f"{_SCANS}/{{scan_id}}/events", answers={200: None}, events=_EVENTS)
async def stream_scan_events(call: Call) -> Answer:
    """The same, told as it happens, until it is over."""
    return await job_events(call, _read)


async def _read(call: Call) -> dict[str, Any]:
    reply: dict[str, Any] = await call.ask("get_scan", call.path["scan_id"], service=_SERVICE)
    return dict(reply["scan"])
