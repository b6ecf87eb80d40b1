"""Saved mappings on the wire."""

from __future__ import annotations

from typing import Any

from servicekit.clock import to_rfc3339
from services.import_export.mapping.domain.saved import SavedMapping

Json = dict[str, Any]


def saved_mapping_message(saved: SavedMapping) -> Json:
    return {
        "id": str(saved.id),
        "name": saved.name,
        "mapping": saved.mapping,
        "shared": saved.shared,
        "version": saved.version,
        "created_at": to_rfc3339(saved.created_at),
        "updated_at": to_rfc3339(saved.updated_at),
    }
