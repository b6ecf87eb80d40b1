"""What every write of a customer shares: who writes, with which rights, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from identity import Identity
from servicekit.database import UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Forbidden, Invalid, NotFound
from servicekit.scope import AGENT, Scope
from services.customers import configuration
from services.customers.configuration import Configuration
from services.customers.messages import customer_message, is_masked, shown_teams
from services.customers.registry import announcements, duplicates, holders, queries
from services.customers.registry.domain.addresses import Address
from services.customers.registry.domain.matches import Matches, matches
from services.customers.registry.domain.united import Reached
from services.customers.registry.duplicates import Refused
from services.customers.registry.holders import Claim, Held, Locked
from services.customers.registry.repository import Author

Json = dict[str, Any]

_ALLOW_PAIR = text("""
    INSERT INTO allowed_duplicate (first_id, second_id, allowed_by, allowed_at)
    SELECT least(:id, other), greatest(:id, other), CAST(:by AS uuid), :at
    FROM unnest(CAST(:others AS uuid[])) AS other ORDER BY 1, 2 ON CONFLICT DO NOTHING""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a caller saw before a write (a version, if they say) and by which key they may repeat it."""

    at: datetime
    version: int | None = None
    key: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One write in progress."""

    uow: UnitOfWork
    scope: Scope
    configuration: Configuration
    at: datetime
    allow_duplicate: bool = False

    @property
    def masked(self) -> bool:
        return is_masked(self.scope, self.configuration)

    @property
    def duplicates_pass(self) -> bool:
        return self.allow_duplicate or self.configuration.settings.allow_duplicates

    def author(self, origin: str = "user") -> Author:
        return Author(UUID(self.scope.user_id), origin, self.at)


def begin(uow: UnitOfWork, scope: Scope, *, at: datetime, allow_duplicate: bool = False) -> Work:
    """Connectors write nothing here, and only administrators make duplicates knowingly."""
    if not scope.is_admin and (scope.role != AGENT or allow_duplicate):
        raise Forbidden("duplicates_forbidden" if allow_duplicate else "not_for_connectors")
    return Work(uow, scope, configuration.current(uow.connection), at, allow_duplicate)


def find_outcome(work: Work, idempotency: Mapping[str, Any] | None) -> Json | None:
    """The outcome of the first time, if this request was made before; else its key is taken."""
    if not idempotency:
        return None
    return work.uow.idempotency.begin(
        idempotency["key"], user_id=work.scope.user_id, request_hash=idempotency["hash"]
    )


def answer(
    work: Work, customer_id: UUID, *, warnings: list[Json] | None = None, replayed: bool = False
) -> Json:
    """The customer as the caller may see it now. Raises NotFound if that is not at all.

    A repetition shows whom the customer was merged into since: to move on would be to write again.
    """
    found = queries.find_view(work.uow.connection, work.scope, customer_id)
    if found is None:
        raise not_found()
    if found.view["id"] != str(customer_id) and not replayed:
        raise ChangedMeanwhile
    customer = customer_message(found.view, work.scope, found.configuration)
    return {"customer": customer, "warnings": warnings or [], "replayed": replayed}


def may_be_outdated(error: Invalid) -> bool:
    """Whether a newer copy of the directory could know better."""
    return any(each["code"] in ("unknown_team", "unknown_user") for each in error.payload["errors"])


def not_found() -> NotFound:
    """The same for a customer that never was and for one that the caller may not see."""
    return NotFound("customer_not_found")


def lock(
    work: Work, identities: Iterable[Identity], refused_by: Callable[[Held], Matches]
) -> tuple[Locked, Matches]:
    """Lock these identities, or find who stands in the way. Nobody does where duplicates pass."""
    if work.duplicates_pass:
        return holders.lock(work.uow.connection, identities), Matches()
    locked = holders.lock(work.uow.connection, identities, unless=refused_by)
    return locked, refused_by(locked.held)


def claim(
    work: Work,
    customer_id: UUID,
    addresses: Iterable[Address],
    *,
    before: Reached | None = None,
    after: Reached,
    held: Held,
) -> list[Json]:
    """Each record takes the identities that are new to it and frees those that went.

    Returns warnings of duplicates let through.
    """
    known = before.held if before else frozenset()
    holders.claim(work.uow.connection, in_lock_order(after.held - known), held=held)
    holders.release(work.uow.connection, in_lock_order(known - after.held))
    new = {identity for identity, _ in after.held} - {identity for identity, _ in known}
    found = others(addresses, held, besides=customer_id, among=new)
    return let_through(work, customer_id, found) if found else []


def others(
    addresses: Iterable[Address],
    held: Held,
    *,
    besides: UUID | None = None,
    among: Collection[Identity] | None = None,
) -> Matches:
    """Customers besides this one that hold one of the addresses (`among`: one of these identities)."""
    asked = held.keys() if among is None else held.keys() & set(among)
    roots = {identity: [holder.root_id for holder in held[identity] if holder.live] for identity in asked}
    # Whoever asks for access asks for whom the address belongs to, whatever that was merged into.
    records = {(it, holder.root_id): holder.customer_id for it in asked for holder in reversed(held[it])}
    return matches(addresses, roots, besides=besides, records=records)


def refuse(work: Work, found: Matches, locked: Locked) -> Refused:
    """The duplicate answer, recorded where it counts against a budget. Nothing else is left of the try."""
    refused = duplicates.refuse(work.uow.connection, work.scope, found, masked=work.masked, at=work.at)
    holders.forget(work.uow.connection, locked)
    work.uow.idempotency.forget()
    return refused


def check_assignee(work: Work, user_id: UUID | None, teams: frozenset[UUID]) -> None:
    """An active user who can see a customer of these teams, of which agents know only their own."""
    if user_id is None:
        return
    user = work.configuration.directory.find_user(str(user_id))
    known = shown_teams(map(str, teams), work.scope)
    seen = user and user.active and (user.role == "admin" or user.team_ids & set(known))
    if not seen and str(user_id) != work.scope.user_id:
        raise Invalid.at("/assignee", "unknown_user", "no active user who can see this customer")


def let_through(work: Work, customer_id: UUID, found: Matches) -> list[Json]:
    """Duplicates are allowed: remember the pairs, announce them, warn of those that the caller may see."""
    connection = work.uow.connection
    shown = duplicates.visible_matches(connection, work.scope, found)
    if work.allow_duplicate:
        parameters = {
            "id": customer_id,
            "others": list(found.customers),
            "by": work.scope.user_id,
            "at": work.at,
        }
        connection.execute(_ALLOW_PAIR, parameters)
    work.uow.outbox.add(
        announcements.duplicate_detected_v1(
            customer_id,
            found.customers,
            decision="allowed" if work.allow_duplicate else "undecided",
            matched_on=found.matched_on,
        )
    )
    if not shown:
        return []
    told = found.among([UUID(match["id"]) for match in shown])
    if work.masked:
        duplicates.spend(connection, work.scope, told, at=work.at)
    return [{"code": "duplicate_customer", "matched_on": told.matched_on, "matches": shown}]


def in_lock_order(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: (claim[0].space, claim[0].value, claim[1]))
