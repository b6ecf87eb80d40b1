"""S-04: what is refused leaves no trace, and says clearly why it was refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from deploy.local.system import RunningSystem
from tests.security.domain_refusals import domain_refusals
from tests.security.door import Answer, Door, Request
from tests.security.known import ADMIN, World
from tests.security.refusals import Refusal, all_refusals
from tests.security.tables import Checksums, Tables, tables_of
from tests.security.world import a_world, with_hidden
from tests.support.campaign import FULL, Verdict, chance, size
from tests.support.waiting import eventually

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

# What a refusal may write, and why.
MAY_CHANGE: Mapping[str, Mapping[str, str]] = {
    "log_in": {"gateway.login_attempt": "wrong passwords are counted"},
    "restricted duplicate": {
        "customers.restricted_answer": "the answer counts against the hour's budget, with its token's hash",
        "gateway.audit_entry": "each such answer is on the audit trail",
    },
}

_REMINDER_DUE = """due_at <= now() AND reminded_at IS NULL AND status IN ('open', 'in_progress')
                   AND deleted_at IS NULL"""


@pytest.fixture(scope="module")
def world(system: RunningSystem) -> World:
    return with_hidden(system, a_world(system, seed=1))


@pytest.fixture(scope="module")
def tables(system: RunningSystem, world: World) -> Iterator[tuple[Tables, ...]]:
    with tables_of(system) as opened:
        eventually(lambda: _is_quiet(opened), within=30, every=0.3)
        yield opened


def test_a_refused_request_changes_no_row(door: Door, world: World, tables: tuple[Tables, ...]):
    refusals = _a_share_of(list(all_refusals(door, world)))
    verdict, faults = Verdict("S-04", n=0, disturbances=len(refusals)), list[str]()
    before = _checksums(tables)
    for refusal in [*refusals, *domain_refusals(world)]:
        answer = door.send(refusal.request, world.tokens[refusal.caller], request_id=f"refused-{verdict.n}")
        after = _checksums(tables)
        verdict.n += 1
        changed = _changed(before, after) - _allowed(refusal)
        faults += [f"{refusal}: {fault}" for fault in [*_faults(answer, f"refused-{verdict.n - 1}")]]
        faults += [f"{refusal}: {answer.status} changed {sorted(changed)}"] if changed else []
        before = after if answer.status >= 300 else _when_quiet(tables)
    assert door.send(Request("get_me"), world.tokens[ADMIN]).status == 200, "refused for another reason"
    verdict.leaks, verdict.more = len(faults), {"full": FULL}
    assert verdict.report().passed, "\n".join(faults[:20])
    assert verdict.n >= size(300, 1_000)


def test_a_change_is_seen(door: Door, world: World, tables: tuple[Tables, ...]):
    """The seeded bug: a request that is not refused at all is seen in the checksums."""
    before = _checksums(tables)
    team = {"team_id": world.teams["2"]}
    token = world.tokens["admin"]
    assert door.send(Request("update_team", team, body={"name": "Changed"}), token).status == 200
    assert _changed(before, _checksums(tables)) >= {"gateway.team", "gateway.audit_entry"}


def _a_share_of(refusals: list[Refusal]) -> list[Refusal]:
    """All of them in a full run; else some, with each way of each operation at least once."""
    if FULL:
        return refusals
    chance().shuffle(refusals)
    seen: set[tuple[str, str]] = set()
    first = []
    for refusal in refusals:
        kind = refusal.request.operation, refusal.way.split()[0]
        if kind not in seen:
            seen.add(kind)
            first.append(refusal)
    return first + refusals[: max(0, 300 - len(first))]


def _checksums(tables: tuple[Tables, ...]) -> Checksums:
    return {name: checksum for each in tables for name, checksum in each.checksums().items()}


def _is_quiet(tables: tuple[Tables, ...]) -> bool:
    """Nothing is under way any more: outboxes are empty, no reminder is due, and nothing changes."""
    first = _checksums(tables)
    return not any(map(_is_waiting, tables)) and first == _checksums(tables)


def _is_waiting(tables: Tables) -> bool:
    waiting = "EXISTS (SELECT FROM outbox)"
    if "task" in tables.names:
        waiting += f" OR EXISTS (SELECT FROM task WHERE {_REMINDER_DUE})"
    return any(row[0] for row in tables.connection.execute(f"SELECT {waiting}"))


def _when_quiet(tables: tuple[Tables, ...]) -> Checksums:
    """After a request that should have been refused: only that one is to be blamed."""
    eventually(lambda: _is_quiet(tables), within=30, every=0.3)
    return _checksums(tables)


def _changed(before: Checksums, after: Checksums) -> set[str]:
    return {name for name in after if before.get(name) != after[name]}


def _allowed(refusal: Refusal) -> set[str]:
    return {*MAY_CHANGE.get(refusal.way, {}), *MAY_CHANGE.get(refusal.request.operation, {})}


def _faults(answer: Answer, request_id: str) -> Iterator[str]:
    """What is wrong with the refusal itself."""
    if answer.status == 308:
        return
    if not 400 <= answer.status < 500:
        yield f"answered {answer.status} {answer.body[:300]!r}"
        return
    if answer.header("content-type") != "application/problem+json":
        yield f"{answer.status} as {answer.header('content-type')}"
        return
    problem = json.loads(answer.body)
    if problem.get("status") != answer.status or not problem.get("code"):
        yield f"problem says {problem}"
    if problem.get("request_id") != request_id or answer.header("x-request-id") != request_id:
        yield f"request id {problem.get('request_id')}"
    if answer.status == 422 and not _points(problem):
        yield f"422 without a pointer: {problem}"


def _points(problem: Mapping[str, object]) -> bool:
    errors = problem.get("errors")
    if not isinstance(errors, list) or not errors:
        return False
    return all(error.keys() >= {"pointer", "code", "detail"} for error in errors)
