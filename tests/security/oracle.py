"""Whether two worlds can be told apart by what they answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from tests.security.door import Answer, Door, Request, opened
from tests.security.known import World
from tests.security.twins import Twins

Script = Callable[[World, Random], Generator[Request, Answer, None]]

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00(?::00)?)")
_CURSOR = re.compile(r'(?<="next":")[A-Za-z0-9_-]+(?=")')
_RATE = re.compile(r'(?<="rate":)[0-9.]+')
# Of an export: a time is as long as its fraction of a second. The file itself is compared as well.
_SIZE = re.compile(r'(?<="size":)\d+(?=,"expires_at")')
_TOKEN = re.compile(r"(?<=_token\":\")[^\"]+")
# Encrypted anew each time it is written.
_PLACE = re.compile(r"(?m)(?<=^id: )[0-9a-f]{32}$")
# Seconds until something ends: the two requests are not sent in the same one.
_OF_THE_MOMENT = frozenset({"retry-after"})


# Possible duplicates are found a moment after a change, in one world sooner than in its twin.
OF_THE_INDEX = frozenset(
    {"check_duplicates", "list_duplicates", "list_duplicate_clusters", "get_duplicate", "get_profile"}
)

# How far work has come when it was just asked for depends on the moment; what it came to is asked afterwards.
OF_WORK = frozenset(
    {
        "create_import",
        "check_import",
        "start_import",
        "undo_import",
        "create_export",
        "cancel_export",
        "create_report_upload",
        "create_report_run",
        "cancel_report_run",
    }
)


@dataclass
class Reader:
    """Reads the answers of one world. What was issued after `since` gets a number instead of its value."""

    since: datetime
    known: frozenset[str]
    numbers: dict[str, int] = field(default_factory=dict)

    def read(self, answer: Answer, operation: str) -> tuple[Any, ...]:
        if operation in OF_WORK and answer.status == 202:
            return (202,)
        headers = [(n, self._neutral(v)) for n, v in answer.headers if n not in _OF_THE_MOMENT]
        body = answer.body.decode("utf-8", "surrogateescape")
        neutral = self._neutral(_CURSOR.sub(lambda found: opened(found[0]) or "", body))
        if neutral != body:
            headers = [(name, value) for name, value in headers if name != "content-length"]
        return answer.status, tuple(headers), neutral

    def _neutral(self, text: str) -> str:
        text = _PLACE.sub("(place)", _SIZE.sub('"(of the file)"', _RATE.sub('"(of the moment)"', text)))
        return _MOMENT.sub(self._moment, _ID.sub(self._id, _TOKEN.sub("(token)", text)))

    def _id(self, found: re.Match[str]) -> str:
        if found[0] in self.known:
            return found[0]
        return f"(new {self.numbers.setdefault(found[0], len(self.numbers))})"

    def _moment(self, found: re.Match[str]) -> str:
        return found[0] if datetime.fromisoformat(found[0]) < self.since else "(new)"


@dataclass(frozen=True)
class Leak:
    """A request whose answer tells the worlds apart."""

    caller: str
    request: Request
    left: tuple[Any, ...]
    right: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.caller}: {self.request}\n    without: {self.left}\n    with:    {self.right}"


class Oracle:
    """Sends every request to both twins and compares. `n` counts the requests that were compared."""

    def __init__(self, twins: Twins, since: datetime, known: frozenset[str]) -> None:
        self.twins, self.n, self.leaks = twins, 0, list[Leak]()
        self.statuses: dict[int, int] = {}
        self._readers = Reader(since, known), Reader(since, known)
        self._pool = ThreadPoolExecutor(2)

    def run(self, script: Script, caller: str, seed: str, *, steps: int = 10_000) -> None:
        """One script in both worlds, step by step; each goes on with its own world's answers."""
        plays = [script(self.twins.world, Random(seed)) for _ in range(2)]
        requests = [next(play, None) for play in plays]
        while requests[0] is not None and steps > 0:
            steps -= 1
            assert requests[1] is not None, "the scripts parted without a leak"
            answers = list(self._pool.map(self._send, self._doors, requests, [caller] * 2))
            if not self._same(caller, requests[0], answers):
                return
            requests = [_step(play, answer) for play, answer in zip(plays, answers, strict=True)]

    @property
    def _doors(self) -> tuple[Door, Door]:
        return self.twins.left, self.twins.right

    def _send(self, door: Door, request: Request, caller: str) -> Answer:
        token, number = self.twins.world.tokens[caller], f"request-{self.n}"
        if request.operation in OF_THE_INDEX:
            self.twins.indexes[self._doors.index(door)].wait()
        # How far work has come depends on the moment; what it has come to does not.
        while True:
            answer = door.send(request, token, request_id=number)
            if answer.status != 200 or _is_settled(request.operation, answer):
                return answer

    def _same(self, caller: str, request: Request, answers: list[Answer]) -> bool:
        self.n += 1
        pairs = zip(self._readers, answers, strict=True)
        left, right = (reader.read(answer, request.operation) for reader, answer in pairs)
        for answer in answers:
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        if left != right:
            self.leaks.append(Leak(caller, request, left, right))
        return left == right


def _is_settled(operation: str, answer: Answer) -> bool:
    if operation == "get_bulk":
        return answer.json()["finished_at"] is not None
    if operation in ("get_import", "get_export", "get_report_upload", "get_report_run"):
        return answer.json()["status"] not in ("queued", "running")
    return operation != "get_conversation_request" or answer.json()["state"] != "asked"


def _step(play: Generator[Request, Answer, None], answer: Answer) -> Request | None:
    try:
        return play.send(answer)
    except StopIteration:
        return None
