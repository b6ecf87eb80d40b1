"""JSON Schemas of the `data` of conversation events. Unknown properties are ignored.

Only what could not be recorded is refused. Texts that people wrote are never refused for their
length: a preview is cut to its first 1,000 characters, a name to its first 200.
"""

from __future__ import annotations

from typing import Any

from identity import KINDS

Schema = dict[str, Any]

_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 255}
_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_TEXT: Schema = {"type": ["string", "null"]}
_SLUG = "^[a-z][a-z0-9_.-]{0,49}$"

CONVERSATION: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {**_ID, "description": "The channel's id of the conversation, unique within the source."},
        "channel": {"type": "string", "pattern": _SLUG, "description": "whatsapp, instagram, webchat, …"},
        "team": {"type": ["string", "null"], "maxLength": 200, "description": "A team's id or name."},
        "started_at": {**_TIME, "description": "When it began, if not at the event's time."},
        "url": {"type": ["string", "null"], "maxLength": 2048, "description": "Where it can be opened."},
    },
}
CONTACT: Schema = {
    "type": "object",
    "properties": {
        "name": {**_TEXT, "description": "What the person is called in the channel."},
        "identities": {
            "type": "array",
            "maxItems": 20,
            "description": "The person's addresses, the most reliable first.",
            "items": {
                "type": "object",
                "required": ["kind", "value"],
                "properties": {
                    "kind": {"type": "string", "maxLength": 50, "description": ", ".join(KINDS)},
                    "value": {"type": "string", "maxLength": 512},
                    "scope": {
                        "type": ["string", "null"],
                        "maxLength": 200,
                        "description": "The channel account that issued a platform id.",
                    },
                },
            },
        },
    },
}
MESSAGE: Schema = {
    "type": "object",
    "required": ["direction"],
    "properties": {
        "id": {**_ID, "type": ["string", "null"], "description": "The channel's id; the event's if absent."},
        "direction": {"enum": ["inbound", "outbound"]},
        "kind": {"type": "string", "pattern": _SLUG, "description": "text (the default), image, audio, …"},
        "preview": _TEXT,
        "at": {**_TIME, "description": "When it was sent, if not at the event's time."},
    },
}
ASSIGNEE: Schema = {
    "type": ["object", "null"],
    "required": ["id"],
    "properties": {"id": {"type": "string", "maxLength": 64, "description": "A user's id."}},
    "description": "Who works on it now; null for nobody.",
}


def _event(*required: str, **properties: Schema) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["conversation", *required],
        "properties": {"conversation": CONVERSATION, "contact": CONTACT, **properties},
    }


SCHEMAS: dict[str, Schema] = {
    "conversation.started.v1": _event(
        message=MESSAGE,
        request_id={"type": ["string", "null"], "maxLength": 64, "description": "Of the request it answers."},
    ),
    "conversation.message.v1": _event("message", message=MESSAGE),
    "conversation.assigned.v1": _event("assignee", assignee=ASSIGNEE),
    "conversation.closed.v1": _event(),
}
