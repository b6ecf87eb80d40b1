"""Two customers who are merged and taken apart while somebody writes to both, and what must be where then."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import kombu.exceptions

from deploy.local.system import RunningSystem
from tests.support.api import Company, a_mobile
from tests.support.campaign import Verdict
from tests.support.events import conversation_event, publish
from tests.support.waiting import eventually

Json = dict[str, Any]
_UNSURE = (httpx.HTTPError, OSError, kombu.exceptions.OperationalError)
_NOT_YET = (503, 504)
_TAGS = 20


@dataclass(frozen=True)
class Written:
    """A note or a task that was acknowledged: of whom it was then, None where that may have changed since."""

    id: str
    of: str | None
    team: str | None = None


@dataclass
class One:
    """One of the two, and everything that was written with its id or came by its address."""

    id: str
    phone: str
    team: str
    conversation: str
    messages: list[str] = field(default_factory=list)
    notes: list[Written] = field(default_factory=list)
    tasks: list[Written] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


class Couple:
    """Each of a team of their own; one agent of both teams writes, merges and undoes."""

    def __init__(self, system: RunningSystem, company: Company) -> None:
        self.system, self.statuses, self.merges, self.undos = system, Counter[int](), 0, 0
        teams = company.team(), company.team()
        self.agent = company.agent(*teams)
        self.both = tuple(self._one(team) for team in teams)
        self._merge: str | None = None

    def _one(self, team: str) -> One:
        phone = a_mobile()
        body = {"name": f"Somebody {secrets.token_hex(3)}", "phone": phone, "teams": [team]}
        return One(self.agent.created("/v1/customers", body)["id"], phone, team, f"c{phone}")

    def write(self, one: One, rng: Random) -> None:
        """Something, until it is acknowledged."""
        rng.choice((self.tell, self.tell, self._note, self._task, self._edit))(one)

    def merge_or_undo(self, rng: Random) -> None:
        """Merges who are two, takes apart who are one."""
        if self._merge is None:
            primary, other = rng.sample(self.both, 2)
            plan = {"primary": primary.id, "duplicates": [other.id]}
            answer = self._post("/v1/merges", plan, If_Match="*")
            assert answer.status_code == 201, answer.text
            self._merge, self.merges = answer.json()["id"], self.merges + 1
        else:
            answer = self._post(f"/v1/merges/{self._merge}/undo")
            assert answer.status_code == 200, answer.text
            self._merge, self.undos = None, self.undos + 1

    def tell(self, one: One) -> None:
        preview = f"M {secrets.token_hex(8)}"
        event = conversation_event(
            "message", phone=one.phone, conversation=one.conversation, team=one.team, message=preview
        )
        self._insist(lambda: publish(self.system.amqp_url_connector, [event]))
        one.messages.append(preview)

    def _note(self, one: One) -> None:
        answer = self._post(f"/v1/customers/{one.id}/notes", {"body": "A note", "team": one.team})
        assert answer.status_code == 201, answer.text
        one.notes.append(Written(answer.json()["id"], _holder(answer), one.team))

    def _task(self, one: One) -> None:
        answer = self._post(f"/v1/customers/{one.id}/tasks", {"title": "A task"})
        assert answer.status_code == 201, answer.text
        one.tasks.append(Written(answer.json()["id"], _holder(answer)))

    def _edit(self, one: One) -> None:
        """Of the survivor, where it was merged. Nobody may have very many tags: later edits repeat one."""
        tag = secrets.token_hex(6) if len(one.tags) < _TAGS else one.tags[0]
        answer = self._add_tag(f"/v1/customers/{one.id}", tag)
        while answer.status_code == 308:
            answer = self._add_tag(answer.headers["Location"], tag)
        assert answer.status_code == 200, answer.text
        one.tags.append(tag)

    def _add_tag(self, path: str, tag: str) -> httpx.Response:
        change = {"tags": {"add": [tag]}}
        return self._asked(lambda key: self.agent.patch(path, change, Idempotency_Key=key))

    def _post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self._asked(lambda key: self.agent.post(path, body, Idempotency_Key=key, **headers))

    def _asked(self, send: Callable[[str], httpx.Response]) -> httpx.Response:
        """Under one idempotency key, until it is answered."""
        key = secrets.token_hex(8)

        def ask() -> httpx.Response | None:
            answer = send(key)
            self.statuses[answer.status_code] += 1
            again = answer.status_code in _NOT_YET or '"request_in_progress"' in answer.text
            return None if again else answer

        return self._insist(ask, lambda answer: answer is not None)

    def _insist(self, ask: Callable[[], Any], enough: Callable[[Any], bool] = lambda _: True) -> Any:
        for _ in range(600):
            try:
                if enough(answer := ask()):
                    return answer
            except _UNSURE:
                self.statuses[0] += 1
            time.sleep(0.1)
        raise AssertionError(f"not acknowledged within many tries; {self.statuses}")

    # -- What is there in the end --------------------------------------------------------------------

    def judge(self, verdict: Verdict, *, within: float = 60.0) -> None:
        """Adds what is missing, what is twice and what is with the wrong one of the two."""
        roots = self.roots()
        apart = len(roots) == 2
        for one in self.both:
            verdict.n += len(one.messages) + len(one.notes) + len(one.tasks) + len(one.tags)
        self.wait_for_messages(within=within)
        for root in roots:
            expected = Counter(m for one in self.both if not apart or one.id == root for m in one.messages)
            self._count(verdict, expected, Counter(self._messages(root)))
        self._judge_written(verdict, "notes", roots)
        self._judge_written(verdict, "tasks", roots)
        shown = {tag for root in roots for tag in self._tags(root)}
        verdict.lost += len({tag for one in self.both for tag in one.tags} - shown)

    def roots(self) -> list[str]:
        """Who of the two stands for themselves."""
        return [one.id for one in self.both if self._get(one.id).status_code == 200]

    def wait_for_messages(self, *, within: float = 30.0) -> None:
        roots = self.roots()
        expected = sum(len(one.messages) for one in self.both)

        def there() -> bool:
            return sum(len(self._messages(root)) for root in roots) >= expected

        with suppress(AssertionError):  # the verdict says how much is missing
            eventually(there, within=within, every=0.3)

    def _judge_written(self, verdict: Verdict, kind: str, roots: list[str]) -> None:
        found = {root: self.agent.every(f"/v1/customers/{root}/{kind}", limit=200) for root in roots}
        expected = Counter(each.id for one in self.both for each in getattr(one, kind))
        self._count(verdict, expected, Counter(item["id"] for items in found.values() for item in items))
        of = {item["id"]: (root, item.get("team")) for root, items in found.items() for item in items}
        for each in (each for one in self.both for each in getattr(one, kind) if each.id in of):
            root, team = of[each.id]
            verdict.more["stranded"] += len(roots) == 2 and each.of not in (None, root)
            verdict.more["other_team"] += each.team is not None and each.team != team

    @staticmethod
    def _count(verdict: Verdict, expected: Counter[str], found: Counter[str]) -> None:
        verdict.lost += (expected - found).total()
        verdict.duplicated += (found - expected).total()

    def _messages(self, root: str) -> list[str]:
        items = self.agent.every(f"/v1/customers/{root}/history", kind="message", limit=200)
        return [item["preview"] for item in items]

    def _tags(self, root: str) -> list[str]:
        return list(self._get(root).json()["tags"])

    def _get(self, customer: str) -> httpx.Response:
        return self._asked(lambda _: self.agent.get(f"/v1/customers/{customer}"))


def _holder(answer: httpx.Response) -> str | None:
    """A repeated answer says whose it is now; the first, whose it was when it was written."""
    return None if "Idempotent-Replayed" in answer.headers else answer.json()["customer"]
