"""Changes of a customer that is there: a merge patch, or new data merged into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from identity import Identity
from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Forbidden, Invalid, Stale
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.fields.domain import values
from services.customers.registry import announcements, duplicates, index, queries, repository, writing
from services.customers.registry.announcements import Changed
from services.customers.registry.domain import contacts, edits
from services.customers.registry.domain.customer import Customer, differences
from services.customers.registry.domain.forms import CONTACT_FIELDS, Form, read_form
from services.customers.registry.domain.matches import Matches, matches
from services.customers.registry.domain.teams import check_known
from services.customers.registry.duplicates import Refused
from services.customers.registry.holders import Held, Locked
from services.customers.registry.queries import Moved
from services.customers.registry.writing import Json, Seen, Work
from services.customers.tags import use as tags

Change = Callable[[Customer], Customer]


def update(
    uow: UnitOfWork,
    scope: Scope,
    customer_id: UUID,
    patch: Mapping[str, Any],
    *,
    seen: Seen,
    allow_duplicate: bool,
) -> Json | Refused:
    """The customer after a merge patch, where it is now if it was merged, or the duplicate answer."""
    work = writing.begin(uow, scope, at=seen.at, allow_duplicate=allow_duplicate)
    form = _read_patch(work, patch)

    def change(customer: Customer) -> Customer:
        return _with_custom(work, edits.edited(customer, form, ids=new_id, at=seen.at), form.custom)

    return _write(work, customer_id, form, change, seen=seen)


def absorb(
    uow: UnitOfWork,
    scope: Scope,
    customer_id: UUID,
    data: Mapping[str, Any],
    *,
    seen: Seen,
) -> Json | Refused:
    """The customer with its gaps filled from `data`, and with its tags and contact points."""
    work = writing.begin(uow, scope, at=seen.at)
    form = read_form(data, default_region=work.configuration.settings.default_region)

    def change(customer: Customer) -> Customer:
        _with_custom(work, customer, form.custom)  # what fills no gap is held to the same rules
        shown = _custom_shown(work, customer)
        missing = {key: value for key, value in form.custom.items() if key not in shown}
        return _with_custom(work, edits.filled(customer, form, ids=new_id, at=seen.at), missing)

    return _write(work, customer_id, form, change, seen=seen)


def _read_patch(work: Work, patch: Mapping[str, Any]) -> Form:
    for field in sorted(CONTACT_FIELDS & patch.keys() if work.masked else ()):
        raise Invalid.at(f"/{field}", "field_hidden", "contact data is hidden from you")
    if "teams" in patch and not work.scope.is_admin:
        raise Forbidden("teams_forbidden")
    form = read_form(patch, default_region=work.configuration.settings.default_region)
    form = replace(form, tags=tags.with_aliases_resolved(work.uow.connection, form.tags))
    for field in ("status", "channel", "created_at"):
        if field in patch and (patch[field] is None or field == "created_at"):
            raise Invalid.at(
                f"/{field}", "read_only" if patch[field] else "required", "cannot be changed to this"
            )
    return form


def _write(work: Work, customer_id: UUID, form: Form, change: Change, *, seen: Seen) -> Json | Refused:
    if outcome := writing.find_outcome(work, seen.key):
        return writing.answer(work, UUID(outcome["id"]), replayed=True)
    try:
        refused, warnings = _write_locked(work, customer_id, form, change, version=seen.version)
    except _Moved as moved:
        work.uow.idempotency.forget()
        return {"moved_to": str(moved.to)}
    return refused or writing.answer(work, customer_id, warnings=warnings)


class _Moved(Exception):
    """The customer is part of another one now."""

    def __init__(self, to: UUID) -> None:
        self.to = to


def _write_locked(
    work: Work, customer_id: UUID, form: Form, change: Change, *, version: int | None
) -> tuple[Refused | None, list[Json]]:
    """Keys, then the customer, then everything again as it is under these locks."""

    def others(held: Held, claimed: frozenset[Identity]) -> Matches:
        return writing.others(form.addresses, held, besides=customer_id, among=claimed)

    connection, touches = work.uow.connection, bool(CONTACT_FIELDS & form.given)
    locked, expected, records = Locked({}), frozenset[Identity](), frozenset({customer_id})
    if touches:
        duplicates.take_turn(connection, work.scope, at=work.at)
        repository.take_turn(connection, customer_id)
        before = _get(work, customer_id, version=version, with_points=True)
        after = _reaching(change(before))
        expected, claimed = _touched(before, after), _claimed(before, after)
        records |= _records(before)
        locked, found = writing.lock(work, expected, lambda held: others(held, claimed))
        if found:
            return writing.refuse(work, found, locked), []
    repository.lock_customers(connection, records)
    before = _get(work, customer_id, version=version, with_points=touches)
    after = _reaching(change(before))
    if not (_touched(before, after) <= expected and _records(before) <= records):
        raise ChangedMeanwhile
    found = others(locked.held, _claimed(before, after))
    if found and not work.duplicates_pass:
        return writing.refuse(work, found, locked), []
    if work.masked and (told := _held_already(before, form)):
        duplicates.spend(connection, work.scope, told, at=work.at)
    return None, _save(work, before, after, form, locked.held)


def _held_already(before: Customer, form: Form) -> Matches:
    """The customer itself, if it has one of the addresses: its unchanged version tells whoever typed it."""
    own = dict.fromkeys(contacts.identities(before.points), (before.id,))
    return matches(form.addresses, own)


def _reaching(customer: Customer) -> Customer:
    """With what its points mean for each of its records."""
    if customer.reached is None:
        return customer
    return replace(customer, reached=customer.reached.showing(customer.points))


def _claimed(before: Customer, after: Customer) -> frozenset[Identity]:
    return contacts.identities(after.points) - contacts.identities(before.points)


def _touched(before: Customer, after: Customer) -> frozenset[Identity]:
    """What any of its records takes or frees."""
    held, wanted = (each.reached.held if each.reached else frozenset() for each in (before, after))
    return frozenset(identity for identity, _ in held ^ wanted)


def _records(customer: Customer) -> frozenset[UUID]:
    """Those that hold its contact points. Their writers lock them with the customer, as a merge does."""
    return frozenset(customer.reached.records if customer.reached else ())


def _get(work: Work, customer_id: UUID, *, version: int | None, with_points: bool) -> Customer:
    customer = queries.find_customer(work.uow.connection, work.scope, customer_id, with_points=with_points)
    if customer is None:
        raise writing.not_found()
    if isinstance(customer, Moved):
        raise _Moved(customer.to)
    if version is not None and version != customer.version:
        raise Stale("stale", {"current": writing.answer(work, customer_id)["customer"]})
    return customer


def _save(work: Work, before: Customer, after: Customer, form: Form, held: Held) -> list[Json]:
    """Write what differs, if anything does."""
    connection, customer_id = work.uow.connection, before.id
    _check(work, before, after, form)
    after = replace(after, tags=tags.keep(connection, after.tags, at=work.at))
    changed = differences(before, after, shown=lambda customer: _custom_shown(work, customer))
    version = before.version + 1 if changed or before.points != after.points else before.version
    work.uow.idempotency.finish({"status": 200, "id": str(customer_id), "version": version})
    if version == before.version:
        return []
    repository.update_customer(connection, after, at=work.at)
    warnings = list[Json]()
    if before.reached and after.reached and before.reached != after.reached:
        repository.save_points(connection, before.reached, after.reached)
        warnings = writing.claim(
            work, customer_id, form.addresses, before=before.reached, after=after.reached, held=held
        )
    index.refresh(connection, [customer_id])
    repository.record_changes(connection, [(customer_id, c) for c in changed], author=work.author())
    fields = [c.field for c in changed]
    told = Changed(customer_id, version, before.revision + 1, "updated", fields)
    work.uow.outbox.add(announcements.customers_changed_v1([told]))
    return warnings


def _check(work: Work, before: Customer, after: Customer, form: Form) -> None:
    if after.team_ids != before.team_ids:
        pointer = "/teams" if form.teams.whole is not None else "/teams/add"
        known = work.configuration.directory.teams
        check_known(form.teams.added, known=known, keep=before.team_ids, pointer=pointer)
    if after.assignee_id != before.assignee_id:
        writing.check_assignee(work, after.assignee_id, after.team_ids)


def _with_custom(work: Work, customer: Customer, patch: Mapping[str, Any]) -> Customer:
    if not patch:
        return customer
    fields = work.configuration.fields
    changes = values.parse(fields, patch, held=customer.option_ids)
    custom, options = values.apply(fields, changes, custom=customer.custom, opt_ids=customer.option_ids)
    return replace(customer, custom=custom, option_ids=tuple(options))


def _custom_shown(work: Work, customer: Customer) -> Mapping[str, Any]:
    return values.render(work.configuration.fields, customer.custom, customer.option_ids)
