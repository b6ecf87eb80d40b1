"""Conversation requests of the fake customers service."""

from __future__ import annotations

from typing import Any

from gateway.tests.canned import HIDDEN, KNOWN, LETTER, MERGED, MOMENT, Json, require
from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.rpc import rpc

REQUEST = LETTER


class Outreach:
    """Mixin of the fake customers service. The channel says what happens."""

    @rpc
    def start_conversation(
        self, scope: Json, customer_id: str, data: Json, idempotency: Json | None = None
    ) -> Json:
        require(KNOWN if customer_id == MERGED else customer_id)
        if data["channel"] == "telegram":
            raise Conflict("no_address")
        if data["channel"] == "email":
            raise Invalid.at("/source", "source_required", "Which?")
        request = a_request(channel=data["channel"], message=data.get("message"))
        return {"request": request, "replayed": bool(idempotency)}

    @rpc
    def get_conversation_request(self, scope: Json, request_id: str) -> Json:
        if request_id == HIDDEN:
            raise NotFound("conversation_request_not_found")
        request = a_request(state="expired")
        if scope["role"] == "agent":
            del request["contact_point"]
            request["masked"] = ["contact_point"]
        return request


def a_request(**changes: Any) -> Json:
    return {
        "id": REQUEST, "customer": KNOWN, "channel": "whatsapp", "source": "/channels/whatsapp/acme",
        "contact_point": KNOWN, "team": None, "message": None, "state": "asked", "reason": None,
        "conversation": None, "asked_by": KNOWN, "asked_at": MOMENT, "expires_at": MOMENT, "closed_at": None,
        "version": 1,
    } | changes  # fmt: skip
