"""Calls to services, and a queue of one's own, from asyncio. Runs unpatched, without nameko and eventlet."""

from servicekit.aio.amqp import OwnQueue
from servicekit.aio.client import RpcClient
from servicekit.aio.link import Link
from servicekit.wire import CallTimeout, RemoteFailure

__all__ = ["CallTimeout", "Link", "OwnQueue", "RemoteFailure", "RpcClient"]
