"""Messages between the service and its computing processes: a length of eight bytes, then JSON."""

from __future__ import annotations

import socket
import struct
from typing import Any, Final

from servicekit.jsonio import dumps, loads

_LENGTH: Final = struct.Struct(">Q")
_BLOCK: Final = 1 << 20


def packed(message: Any) -> bytes:
    return framed(dumps(message))


def framed(content: bytes) -> bytes:
    """JSON that is written already."""
    return _LENGTH.pack(len(content)) + content


class Incoming:
    """What arrives, until a message is whole. Survives a timeout in the middle of one."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def message(self) -> Any:
        """The next one; None if the other side is gone. Raises TimeoutError, and can be asked again."""
        while not self._is_whole():
            block = self._connection.recv(_BLOCK)
            if not block:
                return None
            self._buffer += block
        end = self._end()
        with memoryview(self._buffer) as buffer, buffer[_LENGTH.size : end] as content:
            message = loads(content)
        del self._buffer[:end]
        return message

    def _is_whole(self) -> bool:
        return len(self._buffer) >= _LENGTH.size and len(self._buffer) >= self._end()

    def _end(self) -> int:
        return _LENGTH.size + int(_LENGTH.unpack_from(self._buffer)[0])
