"""How tests send files, and look at what is in storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from gateway.tests.world import World

PATH = "/v1/imports"
LIMIT = 100_000_000
TYPE = {"Content-Type": "multipart/form-data; boundary=xyz"}
HEAD = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n'
TAIL = b"\r\n--xyz--\r\n"


def send(
    client: httpx.Client, content: bytes = b"Name\r\nAna", *, name: str = "a.csv", **headers: str
) -> Any:
    return client.post(PATH, files={"file": (name, content)}, headers=headers)


def a_body(size: int, name: bytes = b"big.csv") -> Iterator[bytes]:
    """Written while it is sent."""
    yield HEAD % name
    for start in range(0, size, 100_000):
        yield b"x" * min(100_000, size - start)
    yield TAIL


def kept(world: World) -> set[str]:
    return {str(path.relative_to(world.folder)) for path in world.folder.rglob("*") if path.is_file()}


def last_upload(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.tell_fake("what_came", service="import_export")[-1]
    return found
