"""A computing process: `python -m services.reports.computing.child MEGABYTES`, used by `computer` alone.

It is asked over its standard input, which is a socket, one task after the other, and ends with whoever
started it.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
from typing import Any, Final

from servicekit.confined.child import place_of
from servicekit.confined.limits import MEGABYTE, OUT_OF_MEMORY, Limits, confine
from servicekit.errors import Invalid, ServiceError
from servicekit.jsonio import dumps
from services.reports.computing.wire import Incoming, framed, packed

_OPEN_FILES: Final = 128
_ENDED_WITH_PARENT: Final = 0


def main(memory_mb: int) -> int:
    confine(Limits(memory=memory_mb * MEGABYTE, open_files=_OPEN_FILES))
    connection = socket.socket(fileno=os.dup(0))
    connection.setblocking(True)
    threading.Thread(target=_end_with_parent, args=(connection.fileno(),), daemon=True).start()
    # Imported this late so that the limits hold for the libraries too.
    from services.reports.computing.work import Work

    work, incoming = Work(), Incoming(connection)
    try:
        while (task := incoming.message()) is not None:
            connection.sendall(_reply(work, task))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _reply(work: Any, task: dict[str, Any]) -> bytes:
    """Never more than whoever asked can take in: they do nothing else while they read it."""
    content, most = dumps(_answer(work, task)), task["most_bytes"]
    if len(content) <= most:
        return framed(content)
    detail = f"the table takes more than {most} bytes: choose a top; a run may take more than a preview"
    return packed(_told(Invalid.at("/configuration/groupings/0", "too_many_rows", detail)))


def _answer(work: Any, task: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = work.do(task)
        return answer
    except ServiceError as error:
        return _told(error)
    except MemoryError:
        raise
    except Exception as error:
        # What an exception says may quote the data; where it came from does not.
        return {"error": {"type": place_of(error)}}


def _told(error: ServiceError) -> dict[str, Any]:
    return {"error": {"type": type(error).__name__, "code": error.code, "payload": error.payload}}


def _end_with_parent(number: int) -> None:
    """In the middle of a task too."""
    watched = select.poll()
    watched.register(number, 0)  # the other side's end is told unasked
    watched.poll()
    os._exit(_ENDED_WITH_PARENT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
