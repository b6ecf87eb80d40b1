"""S-05: with contact data hidden, no answer of any operation tells an agent an address, in any spelling."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from random import Random
from typing import Any

import pytest

from deploy.local.system import RunningSystem
from tests.security.canaries import hits
from tests.security.company_settings import hidden_contact_data
from tests.security.customer_requests import KINDS, ODD_SORTS, SORTS, Play, on
from tests.security.door import Answer, Door, Request
from tests.security.guessing import KNOWN_DIGITS, guesses_kept, guesses_shared, ways_to_guess
from tests.security.known import ADMIN, AGENTS, CONNECTOR, World
from tests.security.masking_world import KIND, SPELLINGS, Planted, Planter
from tests.security.matrix import NOTHING_TO_DO_WITH_CUSTOMERS, ROWS, sample_of
from tests.security.oracle import Script
from tests.security.patience import patient
from tests.security.people import BASE, HIDDEN
from tests.security.report_requests import CONTACT, made_in_the_background, preview
from tests.security.samples import PUBLIC
from tests.security.world import Founder
from tests.support.api import Api
from tests.support.campaign import Verdict, size

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

MASKED = (*AGENTS, CONNECTOR)
# Their own sessions and names are still needed afterwards.
_NOT_PLAYED = {"log_in", "log_out", "update_me", *PUBLIC}
_REPLAYED = {"Idempotency-Key": "made while contact data was shown"}


@pytest.fixture(scope="module")
def founder(system: RunningSystem, admin: Api) -> Founder:
    founder = Founder(system, admin, World(seed=3), BASE)
    founder.found()
    Founder(system, admin, founder.world, HIDDEN).add_hidden()
    # In small, those who have the canaries and half of the others are asked about.
    founder.world.turn, founder.world.always = size(0, None), (KIND,)
    return founder


@pytest.fixture(scope="module")
def planted(founder: Founder) -> Planted:
    return Planter(founder).plant()


def test_agents_read_no_address_anywhere(door: Door, admin: Api, founder: Founder, planted: Planted):
    world, found, n = founder.world, Counter[str](), 0
    replays = {caller: _made_before(door, founder, planted, caller) for caller in AGENTS[:2]}
    with hidden_contact_data(admin):
        for caller in MASKED:
            steps = 10_000 if caller == AGENTS[0] else size(2, 10_000)
            for script in _scripts(planted, replays.get(caller)):
                for request, answer in islice(_played(door, world, script, caller), steps):
                    n += 1
                    found.update(
                        f"{request.operation}: {each.where}" for each in hits(planted.canaries, answer)
                    )
    verdict = Verdict("S-05", n=n, disturbances=len(planted.canaries), leaks=found.total())
    assert verdict.report().passed, found.most_common(20)
    assert n >= size(500, 2_000)


def test_the_administrator_reads_them_all(door: Door, admin: Api, founder: Founder, planted: Planted):
    """The control: what is searched for is there, and would be found."""
    with hidden_contact_data(admin):
        seen = _seen(door, founder.world, planted, ADMIN)
    assert {canary.where for canary in planted.canaries} - seen == set()


def test_agents_read_them_while_contact_data_is_shown(door: Door, founder: Founder, planted: Planted):
    """The seeded bug: the switch that hides is left off, and the search finds nearly every canary."""
    assert len(_seen(door, founder.world, planted, AGENTS[0])) > len(planted.canaries) * 0.9


def test_an_agent_cannot_ask_about_addresses_in_other_ways(
    door: Door, admin: Api, founder: Founder, planted: Planted
):
    """Sorting by an address is refused, and so is changing one."""
    token = founder.world.tokens[AGENTS[0]]
    customer = founder.world.customers[KIND][0]
    with hidden_contact_data(admin):
        for sort in ("email", "phone", "whatsapp", "-phone", "contact_points"):
            assert door.send(Request("list_customers", query={"sort": sort}), token).status == 422
        for patch in ({"email": "x@example.com"}, {"phone": None}, {"contact_points": {"remove": []}}):
            answer = door.send(on("update_customer", customer, body=patch), token)
            assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "field_hidden")


def test_an_agent_cannot_find_out_an_address_digit_by_digit(
    door: Door, admin: Api, founder: Founder, planted: Planted
):
    """Whoever guesses right is answered as whoever guesses wrong, by every way to look for somebody."""
    token, phone = founder.world.tokens[AGENTS[0]], planted.phones[0]
    # The right digit and its neighbours, in small.
    right = int(phone[1 + KNOWN_DIGITS])
    digits = [(right + away) % 10 for away in range(size(3, 10))]
    made = [door.send(request, token).json()["id"] for request in guesses_kept(phone)]
    shared = [admin.created("/v1/saved-filters", body)["id"] for body in guesses_shared(founder.world, phone)]

    send = patient(lambda request: door.send(request, token))

    def told() -> list[set[tuple[int, bytes]]]:
        """Of each way, the different answers to the guesses."""
        ways = [ways_to_guess(phone, digit, made, shared) for digit in digits]
        return [{_without_guess(send(guess)) for guess in way} for way in zip(*ways, strict=True)]

    assert sum(len(answers) > 1 for answers in told()) > 20, "the control: while it is shown, guessing helps"
    with hidden_contact_data(admin):
        assert [answers for answers in told() if len(answers) > 1] == []


def _without_guess(answer: Answer) -> tuple[int, bytes]:
    """Nor what repeats the question, or tells the time."""
    body = {
        name: said for name, said in answer.json().items() if name not in ("request_id", "source", "as_of")
    }
    return answer.status, json.dumps(body).encode()


def _scripts(planted: Planted, replay: Request | None) -> Iterable[Script]:
    yield from (script for row in ROWS.values() for script in row)
    yield from (sample_of(name) for name in NOTHING_TO_DO_WITH_CUSTOMERS.keys() - _NOT_PLAYED)
    yield _read_canaries
    yield lambda world, rng: _try_canaries(world, rng, planted)
    if replay:
        yield lambda world, rng: (request for request in (replay,))  # type: ignore[return-value]


def _played(door: Door, world: World, script: Script, caller: str) -> Iterable[tuple[Request, Answer]]:
    play = script(world, Random(caller))
    request = next(play, None)
    while request is not None:
        answer = door.send(request, world.tokens[caller])
        yield request, answer
        try:
            request = play.send(answer) if hasattr(play, "send") else next(play)
        except StopIteration:
            request = None


def _seen(door: Door, world: World, planted: Planted, caller: str) -> set[str]:
    answers = [answer for _, answer in _played(door, world, _read_canaries, caller)]
    return {canary.where for answer in answers for canary in hits(planted.canaries, answer)}


def _read_canaries(world: World, rng: Random) -> Play:
    """Everything that can be read of each customer who has a canary, and filters that look for one."""
    yield Request("list_saved_filters", query={"limit": 200})
    yield Request("list_duplicate_clusters", query={"limit": 200})
    for merge in world.merges[KIND]:
        yield Request("get_merge", {"merge_id": merge})
        yield Request("undo_merge", {"merge_id": merge}, query={"dry_run": "true"})
    for pair in world.pairs[KIND]:
        yield Request("get_duplicate", {"pair_id": pair})
    for saved_filter in world.saved_filters.values():
        yield Request("get_saved_filter", {"filter_id": saved_filter})
    yield from _reports_of_canaries(world)
    for customer in world.customers[KIND]:
        yield on("get_customer", customer)
        yield on("get_profile", customer)
        for kind in KINDS:
            yield on("list_history", customer, query={"kind": kind, "limit": 200})
        yield Request("list_duplicates", query={"customer": customer})
        yield Request("list_merges", query={"customer": customer})
        others = rng.sample([each for each in world.customers[KIND] if each != customer], 2)
        yield Request("preview_merge", body={"primary": customer, "duplicates": others})
        yield Request("list_users", query={"for_customer": customer})
    for sort in (*SORTS, *ODD_SORTS):
        for direction in ("", "-"):
            yield Request("list_customers", query={"sort": direction + sort, "limit": rng.choice((1, 200))})


def _reports_of_canaries(world: World) -> Play:
    for template in world.report_templates.values():
        there = {"configuration_id": template}
        yield Request("get_report_configuration", there)
        for operation in ("get_report_result", "get_report_result_csv"):
            yield Request(operation, there)
    yield Request("list_report_configurations")
    for configuration in (*CONTACT, {"groupings": [{"field": "name"}]}):
        yield preview({"ids": world.customers[KIND]}, configuration)
        yield from made_in_the_background(
            {"source": {"ids": world.customers[KIND]}, "configuration": configuration}
        )


def _try_canaries(world: World, rng: Random, planted: Planted) -> Play:
    """Whoever knows an address, or guesses it, is not told another spelling of it."""
    team = world.teams["1"]
    for phone in planted.phones:
        typed = rng.choice(SPELLINGS)(phone)
        yield Request("create_customer", body={"name": "Guess", "teams": [team], "phone": typed})
        yield on("absorb_customer", world.some("own", rng), body={"whatsapp": typed})
        yield Request("check_duplicates", body={"name": "Guess", rng.choice(("phone", "whatsapp")): typed})
    for email in planted.emails[:3]:
        yield Request("create_customer", body={"name": "Guess", "teams": [team], "email": email.title()})
    for customer in world.customers[KIND]:
        yield on("update_customer", customer, body={"name": "Stale"}, headers={"If-Match": '"99"'})
        yield on("update_customer", customer, body={"tags": {"add": ["seen"]}})
        yield on("update_customer", customer, body={"phone": planted.phones[0]})
        yield on("absorb_customer", customer, body={"tags": ["absorbed"]})
    yield from _merge_canaries(world, rng)


def _merge_canaries(world: World, rng: Random) -> Play:
    """With and without a choice of addresses, which is refused; stale, and done, and taken back."""
    primary, *duplicates = rng.sample(world.customers[KIND], 3)
    plan: dict[str, Any] = {"primary": primary, "duplicates": duplicates}
    for values in ({"phone": {"from": duplicates[0]}}, {"email": None}, {"name": {"from": duplicates[0]}}):
        yield Request("preview_merge", body={**plan, "values": values})
        yield Request("merge_customers", body={**plan, "values": values, "versions": {primary: 77}})
    stale = {**plan, "versions": dict.fromkeys((primary, *duplicates), 77)}
    yield Request("merge_customers", body=stale)
    merged = yield Request("merge_customers", body=plan, headers={"If-Match": "*"})
    if merged.status == 201:
        there = {"merge_id": merged.json()["id"]}
        yield on("list_history", primary, query={"kind": "change", "limit": 200})
        yield Request("undo_merge", there, query={"dry_run": "true"})
        yield Request("undo_merge", there)
        yield on("list_history", primary, query={"kind": "change", "limit": 200})


def _made_before(door: Door, founder: Founder, planted: Planted, caller: str) -> Request:
    """A creation whose answer still showed the address; its replay must not."""
    planter = Planter(founder)
    planter.planted = planted
    body = {
        "name": "Replay",
        "teams": [founder.world.teams["1"]],
        "phone": planter.phone(f"replayed by {caller}"),
        "email": planter.email(f"replayed by {caller}"),
    }
    request = Request("create_customer", body=body, headers=_REPLAYED)
    answer = door.send(request, founder.world.tokens[caller])
    assert answer.status == 201, answer.body
    founder.world.add(KIND, answer.json()["id"])
    return request
