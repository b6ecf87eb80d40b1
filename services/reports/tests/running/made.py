"""What runs came to."""

from __future__ import annotations

import json
from typing import Any

from services.reports.tests.company import Company

Json = dict[str, Any]
VALUES: Json = {
    "groupings": [{"field": "custom.plan"}, {"field": "tags"}],
    "total": {"op": "sum", "field": "custom.value"},
}


def result(company: Company, run: Json, *, scope: Json | None = None) -> Json:
    file = company.service.run_file(scope or company.admin, run["id"])["file"]
    content: Json = json.loads(company.stored(file))
    return content


def ranges(company: Company) -> int:
    """How many were counted."""
    return sum(1 for _, more in company.customers.calls if more.get("size"))
