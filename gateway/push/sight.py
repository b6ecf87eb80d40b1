"""What a caller sees now, asked of the services that own it."""

from __future__ import annotations

from typing import Any

from gateway.push.dealing import Hand, Sight, View
from servicekit.aio import RpcClient


class Sights:
    """One question to each service that is concerned, for all callers of the same rights."""

    def __init__(self, bus: RpcClient, *, deadline: float) -> None:
        self._bus, self._deadline = bus, deadline

    async def of(self, view: View, hand: Hand) -> Sight:
        """Asks customers also when there is nothing to ask for: whether it answers is worth knowing, too."""
        customers, tasks = {}, frozenset[str]()
        if hand.customers or not hand.tasks:
            found = await self._ask(view, "customers", "visible", hand.customers)
            customers = {asked: each["id"] for asked, each in found.items()}
        if hand.tasks:
            tasks = frozenset(await self._ask(view, "tasks", "visible_tasks", hand.tasks))
        return Sight(customers, tasks)

    async def _ask(self, view: View, service: str, method: str, ids: set[str]) -> Any:
        scope = view.scope.dump()
        return await self._bus.call(service, method, scope, sorted(ids), deadline=self._deadline)
