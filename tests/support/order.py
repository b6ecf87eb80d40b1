"""Which tests a process of `make test` gets, and when.

Those that share a running system stay together, so that it is started once; and they come first, so that
no process is left alone with a long one at the end.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling

# Longest first. A file that stands before its folder has a system of its own.
_FIRST: Final = (
    "tests/security/test_visibility.py",
    "tests/security/",
    "tests/faults/",
    "tests/end_to_end/",
)


class SystemsTogether(LoadFileScheduling):
    """By file, but for folders whose tests share a system. In the order in which tests were collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return _together(nodeid) or super()._split_scope(nodeid)


def systems_first(items: list[pytest.Item]) -> None:
    """Puts the longest before all others, which stay as they are."""
    items.sort(key=lambda item: [*_FIRST, None].index(_together(item.nodeid)))


def _together(nodeid: str) -> str | None:
    return next((place for place in _FIRST if nodeid.startswith(place)), None)
