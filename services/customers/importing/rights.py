"""Who imports: administrators; agents where the settings say so, and never without contact data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from servicekit.database import UnitOfWork
from servicekit.errors import Forbidden, Invalid
from servicekit.scope import AGENT, Scope
from services.customers import configuration
from services.customers.configuration import Configuration
from services.customers.importing.domain.asked import Options
from services.customers.messages import is_masked
from services.customers.registry import writing
from services.customers.registry.domain.teams import check_known
from services.customers.registry.writing import Work
from services.customers.visibility import own_teams


def begin(uow: UnitOfWork, scope: Scope, *, at: datetime) -> Work:
    """Raises Forbidden: `imports_forbidden`, `contact_data_hidden`."""
    work = writing.begin(uow, scope, at=at)
    check_may(scope, work.configuration)
    return work


def check_may(scope: Scope, known: Configuration) -> None:
    if not may_import(scope, known):
        raise Forbidden("imports_forbidden")
    if is_masked(scope, known):
        raise Forbidden("contact_data_hidden")


def may_import(scope: Scope, known: Configuration) -> bool:
    return scope.is_admin or (scope.role == AGENT and known.settings.agents_may_import)


def may_export(scope: Scope, known: Configuration) -> bool:
    return scope.is_admin or (scope.role == AGENT and known.settings.agents_may_export)


def of(connection: Connection, scope: Scope) -> Configuration:
    """What administrators decided, for who may import."""
    known = configuration.current(connection)
    check_may(scope, known)
    return known


def check_options(work: Work, options: Options) -> None:
    """Raises Invalid for what does not exist or is switched off, Forbidden for what administrators decide."""
    if options.policy == "create" and not work.configuration.settings.allow_duplicates:
        raise Invalid.at("/policy", "duplicates_not_allowed", "duplicates are not allowed: see the settings")
    if options.unknown_options == "create" and not work.scope.is_admin:
        raise Forbidden("administrators_only")
    known = work.configuration.directory.teams
    own = known if work.scope.is_admin else known.keys() & {str(team) for team in own_teams(work.scope)}
    check_known(options.teams, known=own)
