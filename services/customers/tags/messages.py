"""Tags on the wire."""

from __future__ import annotations

from typing import Any

from services.customers.tags.counting import Count
from services.customers.tags.domain.tag import KeptTag


def tag_message(tag: KeptTag, customers: Count) -> dict[str, Any]:
    """`customers` are those that the caller may see."""
    return {
        "id": str(tag.id),
        "name": tag.name,
        "colour": tag.colour,
        "customers": {"value": customers.value, "relation": customers.relation},
        "version": tag.version,
    }


def name_message(tag: KeptTag) -> dict[str, str]:
    """What a tag is called, for another service."""
    return {"id": str(tag.id), "name": tag.name}
