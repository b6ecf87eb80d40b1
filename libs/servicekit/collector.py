"""Python's search for objects that only hold each other, made rarer.

It looks at all that lives each time that some more objects were made than went away. Rows, messages and
forms are thousands of those, and hold no circles: the search took a third of the processor time of who reads
them, and found nothing.
"""

from __future__ import annotations

import gc
from typing import Final

# Objects that were made and are still there, before the youngest are looked at; a few megabytes.
_MADE: Final = 50_000


def relax() -> None:
    """To be called once a process has loaded its code, which stays for as long as the process does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE, *gc.get_threshold()[1:])
