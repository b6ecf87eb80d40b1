"""Templates on the wire."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.reports.facts import Facts
from services.reports.templates.domain.contents import (
    shown_source,
    shown_with_known_tags,
    warnings_of,
)
from services.reports.templates.domain.saved import Template

Json = dict[str, Any]
_UPLOAD_GONE: Final = {
    "pointer": "/source/upload",
    "code": "upload_gone",
    "detail": "this upload is not there any more",
    "name": None,
}


def template_message(template: Template, scope: Scope, facts: Facts, *, gone: Collection[UUID] = ()) -> Json:
    """With the labels of today; `warnings` say what it names in vain, for this caller. The templates whose
    upload is `gone` are told to their owners."""
    mine, warnings = str(template.owner_id) == scope.user_id, warnings_of(template, facts)
    if mine and template.id in gone:
        warnings.append(_UPLOAD_GONE)
    return {
        "id": str(template.id),
        "name": template.name,
        "configuration": shown_with_known_tags(template, facts),
        "source": shown_source(template, facts),
        "shared": template.shared,
        "owner": str(template.owner_id),
        "mine": mine,
        "warnings": warnings,
        "version": template.version,
        "created_at": to_rfc3339(template.created_at),
        "updated_at": to_rfc3339(template.updated_at),
    }
