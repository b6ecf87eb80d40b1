"""The two ends of an empty call: a service that echoes, and the smallest gateway that asks it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from servicekit.rpc import rpc

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage

_NAME = "bench_echo"
# One row by a unique key, joined with its account and its teams: what a session costs.
_LOGIN = b"""
    SELECT a.id, a.role, ARRAY(SELECT m.team_id FROM membership m WHERE m.user_id = a.id)
    FROM session s JOIN account a ON a.id = s.user_id WHERE s.token_hash = %s AND s.expires_at > now()"""


class EchoService:
    """`python -m servicekit run bench.echo:EchoService`"""

    name: ClassVar[str] = _NAME

    @rpc
    def echo(self, value: int) -> int:
        """What came."""
        return value


class PlainClient:
    """nameko's protocol as it is: a message for each call, a message for each answer."""

    async def connect(self, url: str) -> None:
        import aiormq

        self._pending: dict[str, asyncio.Future[Any]] = {}
        connection = await aiormq.connect(url)
        self._channel = await connection.channel(publisher_confirms=False)
        self._key = f"reply.gateway.{uuid.uuid4().hex}"
        await self._channel.queue_declare(self._key, exclusive=True, auto_delete=True)
        await self._channel.queue_bind(self._key, "nameko-rpc", self._key)
        await self._channel.basic_consume(self._key, self._replied, no_ack=True)

    async def call(self, method: str, *args: object) -> Any:
        """The result of an echo; it cannot fail."""
        import orjson
        from pamqp.commands import Basic

        call_id = uuid.uuid4().hex
        answer = self._pending[call_id] = asyncio.get_running_loop().create_future()
        properties = Basic.Properties(
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=1,
            reply_to=self._key,
            correlation_id=call_id,
        )
        body = orjson.dumps({"args": args, "kwargs": {}})
        key = f"{_NAME}.{method}"
        await self._channel.basic_publish(body, exchange="nameko-rpc", routing_key=key, properties=properties)
        return await answer

    async def _replied(self, message: DeliveredMessage) -> None:
        import orjson

        call_id = message.header.properties.correlation_id or ""
        self._pending.pop(call_id).set_result(orjson.loads(message.body)["result"])


def serve(listener: socket.socket) -> None:
    """The gateway: `/grouped`, `/plain`; with `?login` it first asks the database, as a login does."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from bench.ceiling import CONNECTIONS, Pool
    from servicekit.aio import RpcClient

    pool, plain = Pool(), PlainClient()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await pool.open(os.environ["DATABASE_URL"], CONNECTIONS)
        await plain.connect(os.environ["AMQP_URL"])
        app.state.rpc = await RpcClient.connect(os.environ["AMQP_URL"], user="gateway")
        yield
        await app.state.rpc.close()

    async def log_in(request: Request) -> None:
        if "login" in request.query_params:
            async with pool.connection() as connection:
                await (await connection.execute(_LOGIN, [b"nobody"])).fetchall()

    async def grouped(request: Request) -> Response:
        await log_in(request)
        return Response(str(await request.app.state.rpc.call(_NAME, "echo", 1)))

    async def one_by_one(request: Request) -> Response:
        await log_in(request)
        return Response(str(await plain.call("echo", 1)))

    app = Starlette(routes=[Route("/grouped", grouped), Route("/plain", one_by_one)], lifespan=lifespan)
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
