"""Reports that the made-up company looks at every week, kept as templates for all."""

from __future__ import annotations

from typing import Any

from .company import REASONS

# Languages are not spellings of each other: somebody has said which reasons are one.
_JOINED = {name: list(others) for name, *others in REASONS if others}
TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name": "Why they do not buy",
        "source": {"filter": {"field": "custom.reason", "op": "is_set"}},
        "configuration": {
            "groupings": [{"field": "channel"}, {"field": "status"}],
            "subdivisions": [{"field": "custom.reason", "join": _JOINED}],
            "percent": ["row"],
            "subtotals": True,
        },
    },
    {
        "name": "Lifetime value by city",
        "source": {},
        "configuration": {
            "groupings": [{"field": "custom.city", "top": {"n": 10, "others": True}}],
            "total": {"op": "sum", "field": "custom.lifetime_value"},
            "subdivisions": [{"field": "custom.plan"}],
        },
    },
)
