"""The index as it is when every event has arrived, and a customers service that is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.dedup.tests.world import World


def index_all(world: World) -> None:
    """All customers with their identities. What customers are alike by is not looked at here."""
    world.run("DELETE FROM indexed_identity")
    for customer in world.company.call("pages_for_matching")["customers"]:
        for space, value in {(p["space"], p["identity"]) for p in customer["points"]}:
            world.run(
                "INSERT INTO indexed_identity (space, value, customer_id) VALUES (:space, :value, :id)",
                space=space,
                value=value,
                id=customer["id"],
            )


class Interrupted:
    """Something happens before, or after, each of the next merges."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._company, self._patch = world.company, monkeypatch

    def before(self, happens: Callable[[], object], *, times: int = 1) -> None:
        self._interrupt(happens, lambda: None, times)

    def after(self, happens: Callable[[], object], *, times: int = 1) -> None:
        self._interrupt(lambda: None, happens, times)

    def _interrupt(self, before: Callable[[], object], after: Callable[[], object], times: int) -> None:
        apply_merge, left = self._company._apply_merge, [times]

        def interrupted(*args: Any, **asked: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                return apply_merge(*args, **asked)
            before()
            answer = apply_merge(*args, **asked)
            after()
            return answer

        self._patch.setattr(self._company, "_apply_merge", interrupted)


def raising(error: Exception) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail
