"""JSON Schemas of the `data` of events that are recorded. Unknown properties are ignored.

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


_LONG_TEXT: Schema = {**_TEXT, "description": "The first 200 characters are kept; empty takes it away."}
_COMMON: dict[str, Schema] = {
    "channel": {"type": "string", "pattern": _SLUG, "description": "Else the source's."},
    "team": CONVERSATION["properties"]["team"],
    "title": _LONG_TEXT,
    "url": CONVERSATION["properties"]["url"],
}
_STATED: Schema = {"type": ["string", "null"], "description": "In an event that something changed."}
APPOINTMENT: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {**_ID, "description": "The source's id of the appointment."},
        "starts_at": _TIME,
        "ends_at": _TIME,
        "location": _LONG_TEXT,
        "status": {**_STATED, "enum": ["scheduled", "cancelled", None]},
        **_COMMON,
    },
}
PURCHASE: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {**_ID, "description": "The source's id of the purchase."},
        "at": {**_TIME, "description": "When it was made, if not at the event's time."},
        "amount": {
            "description": 'Best as a decimal string: "199.90". Negative is money given back.',
            "anyOf": [
                {"type": "string", "pattern": "^-?[0-9]{1,15}([.][0-9]{1,4})?$"},
                {"type": "number", "exclusiveMinimum": -1e15, "exclusiveMaximum": 1e15},
                {"type": "null"},
            ],
        },
        "currency": {"type": ["string", "null"], "pattern": "^[A-Za-z]{3}$", "description": "ISO 4217."},
        "status": {**_STATED, "enum": ["recorded", "cancelled", None]},
        **_COMMON,
    },
}
CUSTOMER: Schema = {
    "type": ["object", "null"],
    "required": ["id"],
    "properties": {"id": {"type": "string", "maxLength": 64, "description": "A customer's id."}},
    "description": "Whose it is, if we told you; else the identities decide.",
}


def _event(*required: str, **properties: Schema) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": list(required),
        "properties": properties,
    }


def _conversation(*required: str, **properties: Schema) -> Schema:
    return _event("conversation", *required, conversation=CONVERSATION, contact=CONTACT, **properties)


def _appointment(*known: str) -> Schema:
    about = _knowing(APPOINTMENT, *known)
    return _event("appointment", appointment=about, contact=CONTACT, customer=CUSTOMER)


def _purchase(*known: str) -> Schema:
    about = _knowing(PURCHASE, *known)
    return _event("purchase", purchase=about, contact=CONTACT, customer=CUSTOMER)


def _knowing(about: Schema, *known: str) -> Schema:
    """With these properties, and none of them null. A change brings only what it knows."""
    told = {name: {**about["properties"][name], "not": {"type": "null"}} for name in known}
    return {**about, "required": ["id", *known], "properties": {**about["properties"], **told}}


SCHEMAS: dict[str, Schema] = {
    "conversation.started.v1": _conversation(
        message=MESSAGE,
        request_id={"type": ["string", "null"], "maxLength": 64, "description": "Of the request it answers."},
    ),
    "conversation.message.v1": _conversation("message", message=MESSAGE),
    "conversation.assigned.v1": _conversation("assignee", assignee=ASSIGNEE),
    "conversation.closed.v1": _conversation(),
    "appointment.scheduled.v1": _appointment("starts_at"),
    "appointment.changed.v1": _appointment(),
    "appointment.cancelled.v1": _appointment(),
    "purchase.recorded.v1": _purchase("amount", "currency"),
    "purchase.changed.v1": _purchase(),
    "purchase.cancelled.v1": _purchase(),
    "contact.identified.v1": _event(
        "contact",
        contact=CONTACT,
        conversation={**CONVERSATION, "type": ["object", "null"], "description": "The one they were met in."},
        customer=CUSTOMER,
    ),
}
