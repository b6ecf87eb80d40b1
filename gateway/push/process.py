"""Push as a part of the gateway's process: what it needs, for as long as the process lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.auth import Callers
from gateway.push.fanout import Push
from gateway.push.queue import start_listening
from gateway.push.sight import Sights
from gateway.settings import GatewaySettings
from servicekit.aio import RpcClient


@asynccontextmanager
async def pushing(settings: GatewaySettings, bus: RpcClient, *, user: str) -> AsyncIterator[Push]:
    """Neither broker nor database need be there: streams that open meanwhile are told to resync later."""
    callers = Callers(settings.database_url)  # many at once, which no request should have to wait for
    sights = Sights(bus, deadline=settings.rpc_deadline_seconds)
    push = Push(callers.find_all, sights.of, mark_seconds=settings.stream_heartbeat_seconds)
    link = start_listening(settings.amqp_url, push, user=user)
    telling = asyncio.create_task(push.run())
    try:
        yield push
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await link.close()
        await callers.close()
