"""F-09: two rename one option at once, and write customers with it: one wins, one is told, nobody is lost."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier, Event
from typing import Any

import httpx
import pytest

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, log_in
from tests.support.campaign import Verdict, size

ROUNDS = size(20, 200)
WRITERS = 2


@dataclass
class Renames:
    """One option with two administrators and some agents at it; what they saw."""

    admins: tuple[Api, Api]
    agents: list[Api]
    key: str
    option: str
    written: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/v1/custom-fields/{self.key}/options/{self.option}"

    def rename(self, admin: Api, label: str, if_match: str, barrier: Barrier) -> httpx.Response:
        barrier.wait()
        began = time.perf_counter()
        answer = admin.patch(self.path, {"label": label}, If_Match=if_match)
        self.milliseconds.append((time.perf_counter() - began) * 1000)
        return answer

    def both(self, number: int, if_match: str) -> list[httpx.Response]:
        """Two new labels, sent at one barrier."""
        barrier = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            tries = [
                pool.submit(self.rename, admin, f"{name} {number}", if_match, barrier)
                for admin, name in zip(self.admins, "AB", strict=True)
            ]
        return [each.result() for each in tries]

    @contextmanager
    def writers(self) -> Iterator[None]:
        """Agents who create customers with the option all the while."""
        over = Event()

        def write(agent: Api) -> None:
            while not over.is_set():
                body = {"name": "A. Customer", "custom": {self.key: self.option}}
                self.written.append(agent.created("/v1/customers", body)["id"])

        with ThreadPoolExecutor(len(self.agents)) as pool:
            writing = [pool.submit(write, agent) for agent in self.agents]
            try:
                yield
            finally:
                over.set()
            for each in writing:
                each.result()


@pytest.fixture
def renames(system: RunningSystem, company: Company) -> Iterator[Renames]:
    key = f"f{secrets.token_hex(4)}"
    body = {"key": key, "label": "Plan", "type": "select", "options": [{"label": "Gold"}, {"label": "Tin"}]}
    made = company.admin.created("/v1/custom-fields", body)
    with log_in(system.url, *system.admin) as other:
        agents = [company.agent(company.team()) for _ in range(WRITERS)]
        yield Renames((company.admin, other), agents, key, made["options"][0]["id"])


def judge(renames: Renames, verdict: Verdict, before: int, answers: list[httpx.Response]) -> None:
    """One round. Lost: a change that the other one was not shown; twice: not exactly one success."""
    won = [answer.json() for answer in answers if answer.status_code == 200]
    told = [answer.json() for answer in answers if answer.status_code == 412]
    verdict.n, verdict.disturbances = verdict.n + 2, verdict.disturbances + len(told)
    verdict.duplicated += abs(len(won) - 1)
    verdict.lost += 0 if _shows(told, won) else 1
    for each in won:
        verdict.lost += not before <= each["affected"] <= len(renames.written) + WRITERS


def _shows(told: list[dict[str, Any]], won: list[dict[str, Any]]) -> bool:
    """Whether the second is shown the first one's change."""
    return [each["current"] for each in told] == [each["field"] for each in won]


def count_unknown(renames: Renames) -> int:
    """Customers whose option is not what the field calls it."""
    [option, _] = renames.admins[0].get(f"/v1/custom-fields/{renames.key}").json()["options"]
    shown = [each["custom"].get(renames.key) for a in renames.agents for each in a.every("/v1/customers")]
    expected = {"id": option["id"], "label": option["label"]}
    return sum(each != expected for each in shown) + abs(len(shown) - len(renames.written))


@pytest.mark.timeout(1800)
def test_of_two_renames_at_once_one_wins_and_one_is_told(renames: Renames):
    verdict = Verdict("F-09", n=0)
    with renames.writers():
        for number in range(ROUNDS):
            seen = renames.admins[0].get(f"/v1/custom-fields/{renames.key}").headers["etag"]
            before = len(renames.written)
            judge(renames, verdict, before, renames.both(number, seen))
    verdict.lost += count_unknown(renames)
    last = renames.admins[0].patch(renames.path, {"label": "Last"}, If_Match="*").json()
    verdict.lost += last["affected"] != len(renames.written)
    verdict.more["customers"] = len(renames.written)
    verdict.p99_ms = round(sorted(renames.milliseconds)[int(len(renames.milliseconds) * 0.99)], 1)
    assert verdict.report().passed
    assert verdict.disturbances == ROUNDS


def test_renames_that_name_no_version_would_be_found(renames: Renames):
    """The seeded bug: both send `*`, and so the second goes over the first one's change."""
    verdict = Verdict("F-09", n=0)
    answers = [
        renames.rename(admin, name, "*", Barrier(1)) for admin, name in zip(renames.admins, "AB", strict=True)
    ]
    judge(renames, verdict, 0, answers)
    assert (verdict.duplicated, verdict.passed) == (1, False)
