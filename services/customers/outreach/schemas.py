"""JSON Schema of the `data` of what connectors reply to a request. Unknown properties are ignored."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_DETAIL = "For people who read the connector's logs; not kept."

SCHEMAS: dict[str, Schema] = {
    "conversation.refused.v1": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["request_id", "reason"],
        "properties": {
            "request_id": {"type": "string", "maxLength": 64, "description": "Of the request it answers."},
            "reason": {
                "type": "string",
                "pattern": "^[a-z][a-z0-9_]{0,49}$",
                "description": "A code: opted_out, not_on_channel, outside_window, …",
            },
            "detail": {"type": ["string", "null"], "description": _DETAIL},
        },
    },
}
