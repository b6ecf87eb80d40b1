"""Files that a service names, handed out to whoever may have them. Each time is on the audit trail."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer
from gateway.call import Call


async def handed_out(call: Call, method: str, *args: Any, service: str) -> Answer:
    """The file that the service answers `method` with.

    The service has looked at the caller's rights of this moment. A type that the operation does not promise,
    such as that of an upload, is not passed on.
    """
    file = (await call.ask(method, *args, service=service))["file"]
    promised = call.operation.files
    if file["content_type"].partition(";")[0].strip() not in promised:
        file = {**file, "content_type": promised[0]}
    answer = await call.resources.files.open(file)
    if call.wants_body:
        await call.note_handed_out()
    return answer
