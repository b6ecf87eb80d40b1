"""A body that nobody has read yet."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Receive

from gateway.operations import MULTIPART, Operation, Upload
from gateway.problems import HttpProblem
from gateway.requests import BodyTooLarge, require_content_type
from gateway.uploads.multipart import boundary_of

AROUND = 100_000  # of a body, beside its file: boundaries, headers, simple fields


@dataclass(slots=True)
class Incoming:
    """An upload on its way. `is_read` when all of it came."""

    upload: Upload
    receive: Receive
    boundary: bytes
    is_read: bool = False


def incoming(operation: Operation, receive: Receive, headers: dict[bytes, bytes]) -> Incoming:
    """Looks at the headers, and reads nothing.

    Raises BodyTooLarge for a size over the limit, 415 for another type or one that names no boundary.
    """
    if operation.upload is None:
        raise RuntimeError(f"{operation.name} takes no upload")
    content_type = headers.get(b"content-type", b"")
    require_content_type(operation, content_type)
    boundary = boundary_of(content_type)
    if boundary is None:
        raise HttpProblem(415, "unsupported_media_type", f"{MULTIPART} needs a boundary.")
    announced = headers.get(b"content-length", b"0")
    if not announced.isdigit() or int(announced[:15]) > operation.upload.most_bytes + AROUND:
        raise BodyTooLarge(operation.upload.most_bytes)
    return Incoming(operation.upload, receive, boundary)
