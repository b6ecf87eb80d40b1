"""Answers that are put together from several services, which are asked at the same time.

What an answer cannot do without has the whole deadline of the request, and its errors are the request's. The
rest has a shorter one: whoever is down or too slow is named in the answer, and nobody waits for it longer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.call import Call
from servicekit.errors import Unavailable
from servicekit.wire import CallTimeout, RemoteFailure

Json = dict[str, Any]
log = logging.getLogger(__name__)
_AWAY = (Unavailable, CallTimeout, RemoteFailure)


@dataclass(frozen=True, slots=True)
class Part:
    """One question. `missing`: what the answer lacks without it; without a name it is indispensable."""

    service: str
    method: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """What came back, by service, and the names of what did not."""

    replies: dict[str, Any]
    missing: list[str]

    @property
    def moved_to(self) -> str | None:
        """The survivor, when the record that was asked for is merged."""
        survivors = (reply.get("moved_to") for reply in self.replies.values())
        return next(filter(None, survivors), None)


async def ask_parts(call: Call, *parts: Part) -> Collected:
    """All replies within the parts' deadlines.

    Raises what an indispensable part raised, as soon as it is known: who may not see a record does not
    wait for the rest. Other parts may be away, but what they refuse is refused.
    """
    under_way = {part.service: asyncio.create_task(_outcome(call, part)) for part in parts}
    collected = Collected({}, [])
    try:
        for part in sorted(parts, key=lambda part: bool(part.missing)):
            _collect(collected, part, await under_way[part.service])
    finally:
        for task in under_way.values():
            task.cancel()
    return collected


async def _outcome(call: Call, part: Part) -> Any:
    """The reply, or the error: a task that nobody waits for any more should not complain about it."""
    hurried = call.within(call.resources.settings.part_deadline_seconds) if part.missing else call
    try:
        return await hurried.ask(part.method, *part.args, service=part.service, **part.kwargs)
    except Exception as error:
        return error


def _collect(collected: Collected, part: Part, outcome: Any) -> None:
    if not isinstance(outcome, Exception):
        collected.replies[part.service] = outcome
        return
    if not (part.missing and isinstance(outcome, _AWAY)):
        raise outcome
    if isinstance(outcome, RemoteFailure):
        log.error("a part is missing", extra={"part": part.service, "reference": outcome.reference})
    collected.missing.extend(part.missing)
