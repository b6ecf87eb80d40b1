"""Which tests a process of `make test` gets, and when.

Those that share a running system stay together, so that it is started once; and they come first, so that
no process is left alone with a long one at the end.
"""

from __future__ import annotations

from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling

# Longest first; what is in one line shares a system. A file that stands before its folder has its own.
_FIRST: Final = (
    ("tests/security/test_visibility.py",),
    ("tests/security/", "tests/end_to_end/"),
    ("tests/faults/",),
)


class SystemsTogether(LoadFileScheduling):
    """By file, but for folders whose tests share a system. In the order in which tests were collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        number = _together(nodeid)
        return super()._split_scope(nodeid) if number == len(_FIRST) else " ".join(_FIRST[number])


def systems_first(items: list[pytest.Item]) -> None:
    """Puts the longest before all others, which stay as they are."""
    items.sort(key=lambda item: _together(item.nodeid))


def _together(nodeid: str) -> int:
    """Which line of `_FIRST` it is of, or the number of lines."""
    return next((n for n, places in enumerate(_FIRST) if nodeid.startswith(places)), len(_FIRST))
