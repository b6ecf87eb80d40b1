"""Long work as it is told to whoever watches it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from gateway.call import Call
from gateway.problems import HttpProblem
from gateway.streams import Events, Stream, event_of
from servicekit.errors import ServiceError, Unavailable
from servicekit.wire import CallTimeout, RemoteFailure

POLL_SECONDS: Final = 0.5
_SOON_SECONDS, _SOON_POLL_SECONDS = 4.0, 0.2


Job = dict[str, Any]
Read = Callable[[Call], Awaitable[Job]]


def is_finished(job: Job) -> bool:
    return job["finished_at"] is not None


async def job_events(call: Call, read: Read, *, is_over: Callable[[Job], bool] = is_finished) -> Stream:
    """Tells of a job until it is over: `progress` whenever its version has changed, then `end`.

    `read(call)` asks for the job's message. Each time the caller's token is looked up anew, so that what is
    told is what the caller may know at that moment. A service that is away for a while ends nothing.
    """
    call.resources.streams.admit()
    return Stream(_told(call, read, await read(call), is_over))


async def _told(call: Call, read: Read, job: Job, is_over: Callable[[Job], bool]) -> Events:
    told = None
    while not is_over(job):
        if job["version"] != told:
            told = job["version"]
            yield event_of("progress", job, number=told)
        await asyncio.sleep(POLL_SECONDS)
        try:
            job = await read(await call.renewed())
        except (Unavailable, CallTimeout):
            continue
    yield event_of("end", job, number=job["version"])


async def settled_soon(call: Call, job: Job, read: Read, *, is_over: Callable[[Job], bool]) -> Job:
    """The job once it is over, or as it is by then: it is there in any case, whatever goes wrong here."""
    until = time.monotonic() + _SOON_SECONDS
    while not is_over(job) and time.monotonic() < until:
        await asyncio.sleep(_SOON_POLL_SECONDS)
        try:
            job = await read(await call.renewed())
        except (ServiceError, CallTimeout, RemoteFailure, HttpProblem):
            return job
    return job
