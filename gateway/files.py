"""Files in storage as the gateway handles them: handed out piece by piece, never held."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import Receive, Send

from gateway.answers import Answer
from gateway.slots import Slots
from gateway.uploads.filenames import attachment
from servicekit.errors import NotFound, Unavailable
from servicekit.storage import Storage

log = logging.getLogger(__name__)
# What is in such a file was written by strangers: no browser is to guess at it, run it or keep it.
_HEADERS: Final = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
]


def file_headers(name: str, kind: str) -> list[tuple[bytes, bytes]]:
    """Of a file to be saved under this name."""
    described = [(b"content-type", kind.encode("ascii")), (b"content-disposition", attachment(name))]
    return [*described, *_HEADERS]


class FileAnswer(Answer):
    """A 200 whose body is `pieces`, `size` bytes in all."""

    __slots__ = ("pieces", "size")

    def __init__(self, pieces: AsyncIterator[bytes], *, name: str, kind: str, size: int) -> None:
        super().__init__(200, b"", [(b"content-length", b"%d" % size), *file_headers(name, kind)])
        self.pieces, self.size = pieces, size


@dataclass(frozen=True, slots=True)
class Files:
    """Storage, and how many at once may put something in or take something out."""

    storage: Storage
    uploads: Slots
    downloads: Slots
    idle_seconds: float

    async def open(self, file: dict[str, Any]) -> FileAnswer:
        """`file` as a service names it: key, filename, content_type, size. Raises NotFound if it is gone."""
        self.downloads.admit()
        with storage_failures_as_unavailable():
            try:
                pieces = await self.storage.get(file["key"])
            except FileNotFoundError:
                raise NotFound("file_not_found") from None
        return FileAnswer(pieces, name=file["filename"], kind=file["content_type"], size=file["size"])

    async def discard(self, key: str) -> None:
        """Takes a file away that nobody was told of. If that fails, it is swept up later."""
        try:
            await asyncio.to_thread(self.storage.delete, [key])
        except (Unavailable, OSError):
            log.warning("an upload was not taken away", exc_info=True)

    async def send(
        self, answer: FileAnswer, receive: Receive, send: Send, *, request_id: bytes, head: bool
    ) -> int:
        """Returns how many bytes of body went out.

        A file that breaks off ends the connection, so that what has arrived is not taken for all of it.
        """
        headers = [*answer.headers, (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        sent = 0
        if not head:
            with self.downloads.one():
                sent = await self._send_pieces(answer, receive, send)
        if head or sent == answer.size:
            await send({"type": "http.response.body", "body": b""})
        return sent

    async def _send_pieces(self, answer: FileAnswer, receive: Receive, send: Send) -> int:
        gone, sent = asyncio.create_task(_client_gone(receive)), 0
        try:
            async for piece in answer.pieces:
                if gone.done():
                    break
                async with asyncio.timeout(self.idle_seconds):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                sent += len(piece)
        except (Unavailable, OSError, TimeoutError):
            log.warning("a file broke off", exc_info=True, extra={"bytes": sent})
        finally:
            gone.cancel()
        return sent


@contextmanager
def storage_failures_as_unavailable() -> Iterator[None]:
    """What storage cannot do now may be asked again."""
    try:
        yield
    except Unavailable:
        log.warning("storage failed", exc_info=True)
        raise
    except OSError as error:
        log.warning("storage failed", exc_info=True)
        raise Unavailable("storage_unavailable", {"retry_after": 5}) from error


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
