"""What a role may never do, whatever it is done to."""

from typing import Any

from servicekit.errors import Forbidden
from servicekit.scope import CONNECTOR, Scope


def for_administrators(message: dict[str, Any]) -> Scope:
    """The scope of a call that only administrators may make."""
    scope = Scope.load(message)
    if not scope.is_admin:
        raise Forbidden("administrators_only")
    return scope


def for_people(message: dict[str, Any]) -> Scope:
    """The scope of a call that connectors may not make."""
    scope = Scope.load(message)
    if scope.role == CONNECTOR:
        raise Forbidden("not_for_connectors")
    return scope
