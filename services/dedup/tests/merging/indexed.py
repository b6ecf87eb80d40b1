"""The index as it is when every event has arrived, and a customers service that is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.dedup.tests.following.telling import changed, tell
from services.dedup.tests.world import World


def index_all(world: World) -> None:
    """Every event about who there is has arrived."""
    tell(world, changed(world, *world.company.live_roots()))


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
