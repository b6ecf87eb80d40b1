"""Whether somebody may import, as of now, and what their files are read and mapped with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from servicekit.errors import Forbidden
from servicekit.scope import CONNECTOR, Scope

Json = dict[str, Any]
DEADLINE: Final = 10.0


def checked_facts(customers: Callable[..., Any], scope: Scope) -> Json:
    """All that a file is mapped with. Raises Forbidden for who may not import."""
    return _checked(customers, "import_facts", scope)


def check_rights(customers: Callable[..., Any], scope: Scope) -> None:
    """Raises Forbidden for who may not import."""
    _checked(customers, "import_rights", scope)


def _checked(customers: Callable[..., Any], method: str, scope: Scope) -> Json:
    if scope.role == CONNECTOR:
        raise Forbidden("imports_forbidden")
    answer: Json = customers(method, scope.dump(), deadline=DEADLINE)
    if answer["masked"]:
        raise Forbidden("contact_data_hidden")
    if not answer["may_import"]:
        raise Forbidden("imports_forbidden")
    return answer
