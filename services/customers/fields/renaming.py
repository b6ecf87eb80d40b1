"""One option renamed, moved, archived or joined: the same cost for ten customers and for ten million."""

from __future__ import annotations

from typing import Any

from servicekit.database import UnitOfWork
from servicekit.scope import Scope
from services.customers.fields import holders, repository
from services.customers.fields.announcements import option_renamed_v1
from services.customers.fields.domain.definitions import Field
from services.customers.fields.domain.options import OptionChange
from services.customers.fields.messages import field_message


def change(
    uow: UnitOfWork, scope: Scope, field: Field, changed: OptionChange, *, dry_run: bool
) -> dict[str, Any]:
    """The answer to a change of an option of a locked field: done, or with `dry_run` only foretold."""
    held = field.numbers_of(changed.before)
    named = [option.id for option in (*field.options, *field.joined) if option.number in held]
    after = field if dry_run else changed.field
    affected = repository.save_options(uow.connection, field, after, scope=scope, held=held)
    if after.version != field.version:
        repository.save(uow.connection, after)
        if changed.renamed:
            uow.outbox.add(option_renamed_v1(changed))
    return {
        "affected": affected,
        "warnings": holders.warnings(uow.connection, scope, named),
        "field": field_message(after),
    }
