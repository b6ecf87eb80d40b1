"""Calls between services: `@rpc` offers a method, `RpcClient` calls one. For asyncio see `servicekit.aio`."""

from servicekit.rpc.client import RpcClient
from servicekit.rpc.entrypoint import rpc

__all__ = ["RpcClient", "rpc"]
