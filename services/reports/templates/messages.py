"""Templates on the wire."""

from __future__ import annotations

from typing import Any

from servicekit.clock import to_rfc3339
from servicekit.scope import Scope
from services.reports.facts import Facts
from services.reports.templates.domain.contents import shown, warnings_of
from services.reports.templates.domain.saved import Template

Json = dict[str, Any]


def template_message(template: Template, scope: Scope, facts: Facts) -> Json:
    """With the labels of today; `warnings` say what it names in vain, for this caller."""
    return {
        "id": str(template.id),
        "name": template.name,
        "configuration": shown(template, facts),
        "source": template.source,
        "shared": template.shared,
        "owner": str(template.owner_id),
        "mine": str(template.owner_id) == scope.user_id,
        "warnings": warnings_of(template, facts),
        "version": template.version,
        "created_at": to_rfc3339(template.created_at),
        "updated_at": to_rfc3339(template.updated_at),
    }
