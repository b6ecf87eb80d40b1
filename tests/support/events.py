"""Conversation events as a WhatsApp connector writes them, and the two ways to publish them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import kombu


def conversation_event(
    kind: str = "started",
    *,
    phone: str | None = None,
    conversation: str | None = None,
    team: str | None = None,
    name: str | None = "Ana Souza",
    source: str = "/channels/whatsapp/acme-main",
    message: str | None = "Oi!",
    at: datetime | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One CloudEvent. `phone` may be in any spelling; what is None is left out."""
    about: dict[str, Any] = {"id": conversation or f"wa-{secrets.token_hex(6)}", "channel": "whatsapp"}
    data: dict[str, Any] = {"conversation": about, **more}
    if team:
        about["team"] = team
    if phone:
        data["contact"] = {"identities": [{"kind": "whatsapp", "value": phone}]}
        if name:
            data["contact"]["name"] = name
    if message:
        data["message"] = {
            "id": f"wamid.{secrets.token_hex(6)}",
            "direction": "inbound",
            "kind": "text",
            "preview": message,
        }
    return {
        "specversion": "1.0",
        "id": secrets.token_hex(12),
        "source": source,
        "type": f"conversation.{kind}.v1",
        "time": (at or datetime.now(UTC)).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def identity_event(
    kind: str, *, phone: str, source: str = "/channels/whatsapp/acme-main", **data: Any
) -> dict[str, Any]:
    """One CloudEvent about something else than a conversation, of whoever has this number."""
    contact = {"identities": [{"kind": "whatsapp", "value": phone}]}
    return {
        "specversion": "1.0",
        "id": secrets.token_hex(12),
        "source": source,
        "type": kind,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": {"contact": contact, **data},
    }


def publish(amqp_url: str, events: Iterable[dict[str, Any]]) -> None:
    """As a connector's own program would: confirmed, persistent."""
    with kombu.Connection(amqp_url, transport_options={"confirm_publish": True}) as connection:
        exchange = kombu.Exchange("channel.events", type="topic", no_declare=True)
        producer = kombu.Producer(connection.channel(), exchange=exchange, auto_declare=False)
        for event in events:
            producer.publish(
                json.dumps(event),
                routing_key=event["type"],
                content_type="application/cloudevents+json",
                content_encoding="utf-8",
                delivery_mode=2,
            )
