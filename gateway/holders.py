"""What else holds an option or a tag by its name: asked of other services, which may be away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.call import Call
from gateway.parts import Part, ask_parts
from gateway.schemas.definitions import HOLDERS


async def held_elsewhere(
    call: Call, *, options: Sequence[str] = (), tags: Sequence[str] = (), labels: Sequence[str] = ()
) -> dict[str, Any]:
    """`{warnings: [{kind, name, follows}], missing}`: what the caller may see of them, and who was not asked.

    `options` and `tags` are ids; `labels` are the texts that they are called by until now.
    """
    named = {"options": list(options), "tags": list(tags), "labels": list(labels)}
    found = await ask_parts(
        call,
        Part("reports", "templates_naming", (named,), missing=HOLDERS[:1]),
        Part("import_export", "mappings_naming", (named["labels"],), missing=HOLDERS[1:]),
    )
    warnings = [
        warning for service in sorted(found.replies, reverse=True) for warning in found.replies[service]
    ]
    return {"warnings": warnings, "missing": found.missing}
