"""Calls to services from asyncio. Runs unpatched, without nameko and eventlet."""

from servicekit.aio.client import RpcClient
from servicekit.wire import CallTimeout, RemoteFailure

__all__ = ["CallTimeout", "RemoteFailure", "RpcClient"]
