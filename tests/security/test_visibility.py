"""S-03: nobody can tell a company with customers they may not see from the same company without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import Random

import pytest

from tests.security.known import AGENT_OF_3, AGENTS, CONNECTOR, NOBODY
from tests.security.matrix import (
    READS,
    WRITES,
    Row,
    operations_without_a_row,
    rows_without_an_operation,
)
from tests.security.oracle import Oracle
from tests.security.tables import every_id
from tests.security.twins import Twins, twin_worlds
from tests.support.api import log_in
from tests.support.campaign import FULL, SEED, Verdict, size

pytestmark = [pytest.mark.system, pytest.mark.timeout(3600)]

REQUESTS = size(600, 4_000)  # a world
OUTSIDERS = (*NOBODY, CONNECTOR)


@pytest.fixture(scope="module", params=range(size(1, 5)))
def twins(request: pytest.FixtureRequest) -> Iterator[Twins]:
    with twin_worlds(SEED + request.param) as both:
        yield both


def an_oracle(twins: Twins) -> Oracle:
    return Oracle(twins, datetime.now(UTC), every_id(twins.systems[1]))


def play(
    oracle: Oracle, rows: Mapping[str, Row], callers: tuple[str, ...], seed: str, *, steps: int = 10_000
) -> None:
    """Every script of these rows by every caller (in small by one of them), in an order of the seed's own."""
    rng = Random(seed)
    scripts = [script for row in rows.values() for script in row]
    plays = [(script, caller) for script in scripts for caller in _some(callers, rng)]
    rng.shuffle(plays)
    for number, (script, caller) in enumerate(plays):
        oracle.run(script, caller, f"{seed} {number}", steps=steps)


def _some(callers: tuple[str, ...], rng: Random) -> Sequence[str]:
    return callers if FULL else [rng.choice(callers)]


def hide_contact_data(twins: Twins, hidden: bool) -> None:
    for system in twins.systems:
        # The databases of both are those of the right one, and so is the password.
        with log_in(system.url, *twins.systems[1].admin) as admin:
            answer = admin.patch("/v1/settings/customers", {"hide_contact_data": hidden}, If_Match="*")
        assert answer.status_code == 200, answer.text


def test_every_operation_has_a_row_in_the_matrix(twins: Twins):
    assert operations_without_a_row(twins.left.operations) == []
    assert rows_without_an_operation(twins.left.operations) == []


def test_an_operation_without_a_row_is_found(twins: Twins):
    assert operations_without_a_row({**twins.left.operations, "export_everything": 1}) == [
        "export_everything"
    ]


def test_the_oracle_finds_leaks_where_there_are_some(twins: Twins):
    """The seeded bug: an agent of team 3, who sees the hidden customers, is taken for one who does not."""
    oracle = an_oracle(twins)
    play(oracle, READS, (AGENT_OF_3,), "seeded bug")
    found = {leak.request.operation for leak in oracle.leaks}
    assert found >= {"list_customers", "search_customers", "get_customer", "list_history", "list_users"}
    assert found >= {"get_profile", "list_notes", "get_note", "list_tasks", "list_customer_tasks", "get_task"}
    assert found >= {"check_duplicates", "list_duplicates", "get_duplicate", "list_duplicate_clusters"}
    assert found >= {"preview_merge", "list_merges", "get_merge", "list_access_requests", "preview_report"}


def test_hidden_customers_change_no_byte_of_any_answer(twins: Twins):
    oracle, rounds = an_oracle(twins), 0
    play(oracle, {**READS, **WRITES}, OUTSIDERS, f"outsiders {twins.world.seed}", steps=size(2, 30))
    while oracle.n < REQUESTS or rounds < 2:
        callers, seed = AGENTS[rounds % 2 :: 2], f"{rounds} of {twins.world.seed}"
        hide_contact_data(twins, (rounds + rounds // 2) % 2 == 1)
        # In small each kind of customer has its turn in one of two rounds, at full size in all of them.
        twins.world.turn = None if FULL else rounds % 2
        play(oracle, READS, callers, f"reads {seed}")
        play(oracle, WRITES, callers, f"writes {seed}")
        play(oracle, READS, callers[:1], f"reads afterwards {seed}", steps=size(4, 100))
        rounds += 1
    hide_contact_data(twins, False)
    twins.world.turn = None
    hidden = sum(len(ids) for kind, ids in twins.world.customers.items() if kind.startswith("hidden"))
    more = {"statuses": dict(sorted(oracle.statuses.items())), "world": twins.world.seed, "full": FULL}
    verdict = Verdict("S-03", n=oracle.n, disturbances=hidden, leaks=len(oracle.leaks), more=more).report()
    assert verdict.passed, "\n".join(map(str, oracle.leaks[:5]))
    assert verdict.n >= REQUESTS
    assert not {status for status in oracle.statuses if status >= 500}
