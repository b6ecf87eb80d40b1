"""What files are read and mapped with, as of now, for whoever may import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from servicekit.errors import Forbidden
from servicekit.scope import CONNECTOR, Scope

Json = dict[str, Any]
DEADLINE: Final = 10.0


def checked_facts(customers: Callable[..., Any], scope: Scope) -> Json:
    """Asks the customers service. Raises Forbidden for who may not import."""
    if scope.role == CONNECTOR:
        raise Forbidden("imports_forbidden")
    facts: Json = customers("import_facts", scope.dump(), deadline=DEADLINE)
    if facts["masked"]:
        raise Forbidden("contact_data_hidden")
    if not facts["may_import"]:
        raise Forbidden("imports_forbidden")
    return facts
