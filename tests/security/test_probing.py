"""S-08: who tries numbers learns of at most ten hidden customers an hour, and of those nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.local.system import RunningSystem
from tests.security.company_settings import hidden_contact_data
from tests.security.customer_requests import on
from tests.security.door import Answer, Door, Request
from tests.security.file_requests import upload
from tests.security.files_of_numbers import Pair, files_of, of_numbers, shown, told_apart
from tests.security.known import World
from tests.security.patience import Send, patient
from tests.security.people import BASE, CANARY, HIDDEN, TYPED, People
from tests.security.world import Founder
from tests.support.api import Api
from tests.support.campaign import FULL, SEED, Verdict, chance, size

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

BUDGET = 10
NUMBERS = size(60, 10_000)
PROBES = size(30, 200)
_TOKEN = re.compile(rb'"access_request_token":"([^"]+)"')


@dataclass
class Company:
    """Numbers that hidden customers have, and others that nobody has yet."""

    founder: Founder
    taken: list[str]
    strangers: People

    def free(self, count: int) -> list[str]:
        return [self.strangers.phone() for _ in range(count)]

    def pairs(self, taken: Sequence[str]) -> list[Pair]:
        return list(zip(self.free(len(taken)), taken, strict=True))

    def prober(self, name: str, *, by_key: bool = True) -> tuple[str, str]:
        """Somebody new in team 1: the token, and the id of a customer that they may edit."""
        team = self.founder.world.teams["1"]
        token = self.founder.key(role="agent", teams=[team]) if by_key else self.founder.agent(name, team)
        own = self.founder.customer("own", {"name": name, "teams": [self.founder.world.teams["1"]]})
        return token, own


@pytest.fixture(scope="module")
def company(system: RunningSystem, admin: Api) -> Company:
    founder = Founder(system, admin, World(SEED + 100), HIDDEN)
    founder.staff()
    taken, three = [], founder.world.teams["3"]
    for _ in range(NUMBERS // 2):
        taken.append(founder.people.phone())
        founder.customer("hidden", {"name": "Segredo", "phone": taken[-1], "teams": [three]})
    return Company(founder, taken, People(founder.rng, CANARY))


@pytest.mark.parametrize("masked", [False, True], ids=["sees contact data", "does not"])
@pytest.mark.parametrize("at_once", [1, 8])
def test_an_agent_learns_of_at_most_ten_hidden_customers(
    door: Door, company: Company, admin: Api, at_once: int, masked: bool
):
    token, own = company.prober(f"prober {at_once} {masked}", by_key=False)
    by_file, by_request = company.taken[: NUMBERS // 10], company.taken[NUMBERS // 10 :]
    numbers = [*by_request, *company.free(NUMBERS - len(company.taken))]
    chance().shuffle(numbers)
    requests = list(_probes(company, numbers, own, masked=masked))
    send = patient(lambda request: door.send(request, token))
    with hidden_contact_data(admin, masked), ThreadPoolExecutor(at_once) as pool:
        first, *others = files_of(company.pairs(by_file))
        by_files = [_try_file(send, first, masked)]
        files = [pool.submit(_try_file, send, pairs, masked) for pairs in others]
        answers = list(pool.map(send, requests))
        by_files += [file.result() for file in files]

    learnt = sum(answer.status == 409 for answer in answers) + sum(by_files)
    verdict = Verdict("S-08", n=NUMBERS, disturbances=at_once, leaks=max(0, learnt - BUDGET))
    counted = dict(Counter(answer.status for answer in answers))
    verdict.more = {"learnt": learnt, "by_files": by_files, "answers": counted}
    assert verdict.report().passed
    # What a check tells, a start tells again, and both count.
    assert learnt == BUDGET if masked else BUDGET // 2 <= learnt <= BUDGET
    assert any(by_files) is not masked
    assert {answer.status for answer in answers} <= {200, 201, 409, 429}


def test_a_file_does_not_tell_by_what_it_refuses(door: Door, company: Company):
    """Rows alike beyond the thousandth are refused: whose they are must not show, be it by id or address."""
    founder, people = company.founder, company.founder.people
    taken, email = [people.phone() for _ in range(BUDGET + 2)], people.email()
    body = {"name": "Segredo", "email": email, "teams": [founder.world.teams["3"]]}
    points = [{"kind": "phone", "value": number} for number in taken]
    hidden = founder.customer("hidden", {**body, "contact_points": points})
    token, _ = company.prober("baiter")
    learnt = [
        told_apart(
            lambda request: door.send(request, token), company.pairs(taken), [bait] * 1_000, start=FULL
        )
        for bait in ((hidden, "Bait", "", ""), ("", "Bait", email, ""))
    ]
    verdict = Verdict("S-08 bait", n=2 * len(taken), disturbances=2, leaks=max(0, sum(learnt) - BUDGET))
    assert verdict.report().passed
    assert learnt == [BUDGET - 1, 0]  # a check leaves one answer for its run


def test_the_count_finds_who_learns_more_than_ten(door: Door, company: Company):
    """The seeded bug: two agents are taken for one, so this one learns of twelve."""
    learnt = 0
    for _ in range(2):
        token, own = company.prober("one of two")
        answers = [door.send(_create(company, number, own), token) for number in company.taken[:6]]
        learnt += sum(answer.status == 409 for answer in answers)
    assert learnt > BUDGET


def test_once_the_budget_is_spent_a_taken_number_and_a_free_one_get_the_same_answer(
    door: Door, company: Company
):
    token, own = company.prober("spender")
    _spend(door, company, token)

    for probe in (_create, _edit, _add_point, _absorb, _check):
        taken, free = (
            {
                _without_seconds(door.send(probe(company, number, own), token, request_id="probe"))
                for number in some
            }
            for some in (company.taken[-5:], company.free(5))
        )
        assert taken == free
        assert {status for status, _, _ in taken} == {429}
    send: Send = lambda request: door.send(request, token)  # noqa: E731
    assert shown(send, company.taken[-5:]) == shown(send, company.free(5))


def test_what_has_no_contact_data_is_still_answered_when_the_budget_is_spent(door: Door, company: Company):
    token, own = company.prober("namer")
    _spend(door, company, token)

    team = company.founder.world.teams["1"]
    assert door.send(on("update_customer", own, body={"name": "Somebody Else"}), token).status == 200
    assert door.send(Request("create_customer", body={"name": "New", "teams": [team]}), token).status == 201


def test_the_answer_is_the_same_bytes_whatever_the_hidden_record_holds(door: Door, company: Company):
    founder, people = company.founder, People(company.founder.rng, TYPED)
    for probe in (_create, _edit, _add_point, _absorb):
        seen = set()
        for record in _records(founder.world, people):
            founder.customer("hidden", record)
            token, own = company.prober("reader")
            answer = door.send(probe(company, record["phone"], own), token, request_id="reader")
            assert answer.status == 409, answer.body
            seen.add(_without_token(answer, own))
        assert len(seen) == 1, "\n".join(map(str, seen))


def test_probes_tell_the_same_whoever_is_behind_a_number(door: Door, company: Company):
    """Each of these numbers is somebody's: rich or poor, of which team ever, alone or among others."""
    people, seen = People(company.founder.rng, BASE), dict[str, set[Any]]()
    for number in range(PROBES // 10):
        record = _records(company.founder.world, people)[number % 3]
        company.founder.customer("hidden", record)
        token, own = company.prober("reader")
        for probe in (_create, _edit, _check) * 3 + (_create,):
            answer = door.send(probe(company, record["phone"], own), token, request_id="reader")
            told = _without_token(answer, own) if answer.status == 409 else _bytes(answer)
            seen.setdefault(probe.__name__, set()).add(told)
    assert {probe: len(answers) for probe, answers in seen.items()} == {"_create": 1, "_edit": 1, "_check": 1}
    verdict = Verdict("S-08 bytes", n=PROBES, disturbances=PROBES // 10)
    assert verdict.report().passed


def _records(world: World, people: People) -> list[dict[str, Any]]:
    """A poor one, a rich one, one with many addresses."""
    poor, rich, several = ({"phone": people.phone()} for _ in range(3))
    more = {
        "email": people.email(),
        "tags": ["vip", "segredo"],
        "custom": {"plan": "Gold"},
        "status": "blocked",
    }
    points = [_point(people) for _ in range(5)]
    return [
        {**poor, "name": "Poor", "teams": []},
        {**rich, "name": "Rich " * 30, "teams": [world.teams["2"], world.teams["3"]], **more},
        {**several, "name": "Several", "teams": [world.teams["3"]], "contact_points": points},
    ]


def _point(people: People) -> dict[str, str]:
    return {"kind": "phone", "value": people.phone()}


def _probes(company: Company, numbers: list[str], own: str, *, masked: bool) -> Iterator[Request]:
    """In turn by each way; without contact data an agent has no edit of addresses."""
    ways = (_create, _absorb, _check) if masked else (_create, _edit, _add_point, _absorb, _check)
    for index, number in enumerate(numbers):
        yield ways[index % len(ways)](company, number, own)


def _create(company: Company, number: str, own: str) -> Request:
    body = {"name": "Probe", "phone": number, "teams": [company.founder.world.teams["1"]]}
    return Request("create_customer", body=body)


def _edit(company: Company, number: str, own: str) -> Request:
    return on("update_customer", own, body={"phone": number})


def _add_point(company: Company, number: str, own: str) -> Request:
    return on("update_customer", own, body={"contact_points": {"add": [{"kind": "phone", "value": number}]}})


def _absorb(company: Company, number: str, own: str) -> Request:
    return on("absorb_customer", own, body={"phone": number})


def _check(company: Company, number: str, own: str) -> Request:
    return Request("check_duplicates", body={"name": "Segredo", "phone": number})


def _try_file(send: Send, pairs: Sequence[Pair], masked: bool) -> int:
    """How many hidden customers it tells of; who is masked gets nothing in."""
    if not masked:
        return told_apart(send, pairs)
    answer = send(upload(of_numbers([number for pair in pairs for number in pair])))
    assert (answer.status, answer.json()["code"]) == (403, "contact_data_hidden")
    return 0


def _spend(door: Door, company: Company, token: str) -> None:
    for number in company.taken[:BUDGET]:
        assert door.send(_create(company, number, ""), token).status == 409


def _bytes(answer: Answer) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    return answer.status, answer.headers, answer.body


def _without_seconds(answer: Answer) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    headers = tuple((name, value) for name, value in answer.headers if name != "retry-after")
    return answer.status, headers, answer.body


def _without_token(answer: Answer, own: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    token = _TOKEN.search(answer.body)
    assert token is not None, answer.body
    body = answer.body.replace(token[1], b"(token)").replace(own.encode(), b"(own)")
    return answer.status, answer.headers, body
