"""Contracts as they are played: every call and event of a service once, with what came of it.

Ids and times are different each day, so they are numbered in the order in which they appear.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from servicekit.database import Transactions
from servicekit.errors import ServiceError
from servicekit.events import parked
from servicekit.rpc import entrypoint

Json = dict[str, Any]
TODAY: Final = "2026-11-21T19:10:49.123456Z"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


class Examples:
    """The files under one folder of contracts/."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, *path: str) -> Json:
        content: Json = json.loads(self.folder.joinpath(*path).read_text(encoding="utf-8"))
        return content

    def files(self, *path: str) -> dict[str, Path]:
        """By the name of each example."""
        return {file.stem: file for file in sorted(self.folder.joinpath(*path).glob("*.json"))}

    def methods(self) -> set[str]:
        """Of which there is an example."""
        return {self.read("rpc", path.name)["method"] for path in self.files("rpc").values()}


class Recorder:
    """Calls a service, and keeps question and answer as an example."""

    def __init__(self, service: Any, scope: Json) -> None:
        self._service, self._scope = service, scope
        self.calls: dict[str, Json] = {}

    def call(self, method: str, *args: Any, name: str = "", **kwargs: Any) -> Any:
        """With the scope of the one whose day it is."""
        return self.ask(method, self._scope, *args, name=name, **kwargs)

    def ask(self, method: str, *args: Any, name: str = "", **kwargs: Any) -> Any:
        """As one service asks another: without anybody's scope."""
        asked: Json = {"method": method, "args": [*args], "kwargs": kwargs}
        try:
            answer = getattr(self._service, method)(*args, **kwargs)
            self.calls[name or method] = {**asked, "result": answer}
        except ServiceError as error:
            answer = {"exc_type": type(error).__name__, "exc_args": list(error.args)}
            self.calls[name or method] = {**asked, "error": answer}
        return answer


class ParkedRows:
    """Parked messages without a broker, whose part of a replay is servicekit's own to prove."""

    def __init__(self, database: Transactions) -> None:
        self._database = database

    def list_parked(self, *, limit: int, after: Json | None) -> Json:
        with self._database.reading() as connection:
            return parked.list_parked(connection, limit=limit, after=after)

    def has_parked(self, parked_id: str) -> bool:
        with self._database.reading() as connection:
            return parked.has_parked(connection, parked_id)

    def replay_parked(self, parked_id: str) -> None: ...

    def discard_parked(self, parked_id: str) -> None: ...


def numbered(value: Any, *, known: Collection[str] = (), told: str = "") -> Any:
    """The same JSON with ids numbered in order and the times of this day made one.

    `known` ids stay as they are, and times that begin with `told`.
    """
    seen: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        text = match[0]
        return (
            text if text in known else seen.setdefault(text, f"00000000-0000-7000-8000-{len(seen) + 1:012}")
        )

    def at(match: re.Match[str]) -> str:
        return match[0] if told and match[0].startswith(told) else TODAY

    return json.loads(_TIME.sub(at, _ID.sub(number, json.dumps(value, ensure_ascii=False))))


def offered(service: type) -> set[str]:
    """The methods that a service class offers."""
    return {
        name
        for name in dir(service)
        if any(
            isinstance(each, entrypoint.Rpc)
            for each in getattr(getattr(service, name), "nameko_entrypoints", ())
        )
    }
