"""Copies of uploads that this process has open, as many as memory allows."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from servicekit.files import storage
from services.reports.uploads.columnar import Copy

MOST_BYTES: Final = 256 * 1024 * 1024
MOST: Final = 16


class OpenedCopies:
    """The one that was used longest ago goes first."""

    def __init__(self) -> None:
        self._copies: OrderedDict[str, Copy] = OrderedDict()

    def get(self, key: str) -> Copy:
        """Raises FileNotFoundError if the file is gone; so does whatever reads on in it later."""
        copy = self._copies.pop(key, None) or Copy(storage().reader(key), key)
        self._copies[key] = copy
        return copy

    def make_room(self) -> None:
        """After a task: what it read is known only now."""
        while len(self._copies) > 1 and (
            len(self._copies) > MOST or sum(copy.size for copy in self._copies.values()) > MOST_BYTES
        ):
            self._copies.popitem(last=False)[1].close()
