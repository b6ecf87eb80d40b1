"""S-01: whatever is sent, the answer is one that the OpenAPI document describes, and never a 5xx."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import httpx
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.local.system import RunningSystem
from tests.security.door import Door, Request
from tests.security.known import ADMIN, AGENTS, ANONYMOUS, World
from tests.security.people import BASE
from tests.security.samples import PUBLIC
from tests.security.tour import tour
from tests.security.world import Founder, a_small_world
from tests.support.api import Api
from tests.support.campaign import FULL, Verdict, size

pytestmark = [pytest.mark.system, pytest.mark.timeout(3600)]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLERS = (ADMIN, AGENTS[0], ANONYMOUS)
_ENDS_THE_SESSION = "log_out"
_NEVER_ENDS = "stream_changes"


@pytest.fixture(scope="module")
def world(system: RunningSystem) -> World:
    return a_small_world(system, seed=4)


@pytest.fixture(scope="module")
def schema(door: Door) -> Any:
    return openapi.from_dict(dict(door.document))


@pytest.fixture(autouse=True)
def settings_as_before(admin: Api) -> Iterator[None]:
    before = admin.get("/v1/settings/customers").json()
    yield
    del before["version"]
    assert admin.patch("/v1/settings/customers", before, If_Match="*").status_code == 200


def test_every_operation_succeeds_once_with_an_answer_as_described(
    system: RunningSystem, door: Door, admin: Api, world: World, schema: Any
):
    reached, wrong = {_ENDS_THE_SESSION}, list[str]()
    play = tour(Founder(system, admin, world, BASE), system.admin)
    request = next(play, None)
    while request is not None:
        answer = door.send(request, world.tokens[ADMIN])
        reached |= {request.operation} if answer.status < 300 else set()
        wrong += [*_not_as_described(schema, request.operation, answer.status, answer.headers, answer.body)]
        try:
            request = play.send(answer)
        except StopIteration:
            request = None
    assert wrong == []
    assert door.operations.keys() - reached == set()


def test_an_answer_that_is_not_described_is_found(door: Door, world: World):
    """The seeded bug: the document calls a number what is text."""
    mistaken = deepcopy(dict(door.document))
    mistaken["components"]["schemas"]["Me"]["properties"]["name"] = {"type": "integer"}
    answer = door.send(Request("get_me"), world.tokens[ADMIN])
    wrong = _not_as_described(
        openapi.from_dict(mistaken), "get_me", answer.status, answer.headers, answer.body
    )
    assert len([*wrong]) == 1


def test_generated_requests_get_answers_as_described(
    system: RunningSystem, door: Door, world: World, schema: Any
):
    wrong, statuses = list[str](), Counter[int]()
    real = {"customer_id": world.customers["own"][0], "key": "plan", "team_id": world.teams["2"]}
    with requests.Session() as session:
        for name in sorted(door.operations.keys() - {_ENDS_THE_SESSION, _NEVER_ENDS, *PUBLIC}):
            operation = schema.find_operation_by_id(name)
            for number, case in enumerate(_cases(operation, real)):
                # Whoever is nobody gets one answer to all of it: in small they ask once for each operation.
                for caller in CALLERS if number == 0 or FULL else CALLERS[:2]:
                    answer = case.call(base_url=system.url, session=session, headers=_as(world, caller))
                    statuses[answer.status_code] += 1
                    wrong += [f"{caller} {fault}" for fault in _faults(case, answer)]
    verdict = Verdict("S-01", n=statuses.total(), disturbances=statuses[422], leaks=len(wrong))
    verdict.more = {"statuses": dict(sorted(statuses.items()))}
    assert verdict.report().passed, "\n".join(wrong[:10])


def _cases(operation: Any, real: dict[str, str]) -> list[Case]:
    """Of what the document allows and of what it forbids; every other one about a record that is there."""
    cases = [case for mode in GenerationMode for case in _drawn(operation.as_strategy(generation_mode=mode))]
    for case in cases[::2]:
        known = {name: value for name, value in real.items() if name in (case.path_parameters or {})}
        case.path_parameters.update(known)
    return cases


def _drawn(strategy: st.SearchStrategy[Case]) -> list[Case]:
    cases: list[Case] = []

    @settings(
        max_examples=size(2, 40),
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(strategy)
    def collect(case: Case) -> None:
        cases.append(case)

    collect()
    return cases


def _as(world: World, caller: str) -> dict[str, str]:
    token = world.tokens[caller]
    return {"Authorization": f"Bearer {token}"} if token else {}


def _faults(case: Case, answer: Any) -> Iterator[str]:
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{case.method} {case.formatted_path} {case.body!r:.300}: {failure}"


def _not_as_described(
    schema: Any, name: str, status: int, headers: tuple[tuple[str, str], ...], body: bytes
) -> Iterator[str]:
    operation = schema.find_operation_by_id(name)
    request = httpx.Request(operation.method, "http://x" + operation.path)
    response = httpx.Response(status, headers=headers, content=body, request=request)
    response.elapsed = timedelta()
    try:
        operation.validate_response(response)
    except (Failure, FailureGroup) as found:
        yield f"{name} {status}: {found}"
