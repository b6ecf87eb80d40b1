"""One batch of an action that edits: locked, looked at again, changed by the rules of a single edit.

Whatever was decided when the action was asked for may be otherwise by now. So the rights, the rules and
each customer's visibility are those of this transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Invalid
from servicekit.ids import new_id
from services.customers.bulk import queries, repository, targets
from services.customers.bulk.domain.outcome import Outcome, Refusal, not_found, refusal_of
from services.customers.bulk.domain.requests import Action, pointed
from services.customers.fields.domain import values
from services.customers.registry import announcements, index, writing
from services.customers.registry.announcements import Changed
from services.customers.registry.domain import edits
from services.customers.registry.domain.customer import Changes, Customer, differences
from services.customers.registry.domain.forms import Form
from services.customers.registry.domain.teams import check_known
from services.customers.registry.queries import survivors_of
from services.customers.registry.repository import record_changes
from services.customers.registry.writing import Work

BATCH: Final = 500  # customers.changed.v1 names no more

Edit = Callable[[Customer], Customer]
Pair = tuple[Customer, Customer, Changes]


@dataclass(frozen=True, slots=True)
class Batch:
    """Targets in the order of their ids, and the customer that each is part of, if the caller sees it."""

    asked: Sequence[UUID]
    roots: Mapping[UUID, UUID]
    stood_for: frozenset[UUID]  # by another target of the same job, of which they are a part now


def begin(work: Work, job_id: UUID, asked: Sequence[UUID]) -> Batch:
    """Two targets that became one customer meanwhile are one customer: the survivor is changed once."""
    connection = work.uow.connection
    roots = survivors_of(connection, work.scope, asked)
    joined = {target: root for target, root in roots.items() if target != root}
    also_targets = targets.among(connection, job_id, list(joined.values()))
    seen: set[UUID] = set()
    stood_for = set()
    for target in sorted(joined):
        if joined[target] in also_targets | seen:
            stood_for.add(target)
        seen.add(joined[target])
    return Batch(asked, roots, frozenset(stood_for))


def lock(work: Work, batch: Batch, *, columns: Sequence[str]) -> Mapping[UUID, Customer]:
    """The customers, locked with the targets that led to them, as they are under these locks."""
    connection, roots = work.uow.connection, batch.roots
    locked = repository.lock_customers(connection, {*roots.keys(), *roots.values()})
    if any(locked.get(target) != root for target, root in roots.items()):
        raise ChangedMeanwhile
    return queries.customers_of(connection, work.scope, set(roots.values()), columns=columns)


def edit_of(work: Work, action: Action, form: Form) -> Edit:
    """What happens to each customer. Raises Invalid for what the company does not know, or knew once."""
    fields = work.configuration.fields
    try:
        check_known(form.teams.add, known=work.configuration.directory.teams)
        chosen = values.parse(fields, form.custom)
    except Invalid as error:
        raise pointed(action, error) from None

    def edit(customer: Customer) -> Customer:
        after = edits.edited(customer, form, ids=new_id, at=work.at)
        if after.assignee_id != customer.assignee_id:
            writing.check_assignee(work, after.assignee_id, customer.team_ids)
        if not chosen:
            return after
        custom, options = values.apply(fields, chosen, custom=customer.custom, opt_ids=customer.option_ids)
        return replace(after, custom=custom, option_ids=tuple(options))

    return edit


def change(
    work: Work, batch: Batch, customers: Mapping[UUID, Customer], edit: Edit, *, columns: Sequence[str]
) -> Outcome:
    """Each customer of the locked batch changed, found as it should be, or refused."""
    changed: list[Pair] = []
    unchanged, refused = len(batch.stood_for), list[Refusal]()
    for target in batch.asked:
        if target in batch.stood_for:
            continue
        root = batch.roots.get(target)
        customer = customers.get(root) if root else None
        if customer is None:
            refused.append(not_found(target))
            continue
        try:
            after = edit(customer)
        except Invalid as error:
            refused.append(refusal_of(target, error))
            continue
        if found := differences(customer, after, shown=lambda each: _shown(work, each)):
            changed.append((customer, after, found))
        else:
            unchanged += 1
    _save(work, changed, columns=columns)
    return Outcome(len(changed), unchanged, refused)


def _save(work: Work, changed: Sequence[Pair], *, columns: Sequence[str]) -> None:
    if not changed:
        return
    connection, afters = work.uow.connection, [after for _, after, _ in changed]
    repository.update_customers(connection, afters, columns=columns, at=work.at)
    if set(columns) & {"tag_ids", "team_ids"}:
        index.refresh(connection, [customer.id for customer in afters])
    entries = ((customer.id, each) for customer, _, found in changed for each in found)
    record_changes(connection, entries, author=work.author())
    work.uow.outbox.add(announcements.customers_changed_v1(list(_told(changed))))


def _told(changed: Iterable[Pair]) -> Iterable[Changed]:
    for before, _, found in changed:
        fields = [each.field for each in found]
        yield Changed(before.id, before.version + 1, before.revision + 1, "updated", fields)


def _shown(work: Work, customer: Customer) -> Mapping[str, object]:
    return values.render(work.configuration.fields, customer.custom, customer.option_ids)
