"""The customers service as the dedup service meets it: people, teams and merges, answered from memory.

Its answers have the form of contracts/customers/rpc. Called by who holds a connection to the database, it
fails the test: another service is never asked inside of a transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import event

from identity import ContactPoint, InvalidContact, normalise
from servicekit.clock import to_rfc3339
from servicekit.database import Transactions
from servicekit.errors import Conflict, Invalid, NotFound, Stale
from servicekit.ids import new_id
from servicekit.scope import ADMIN
from services.dedup.tests.people import CONTACT, THEN, People

Json = dict[str, Any]
MASKED: Final = (*CONTACT, "contact_points")


class Company(People):
    """What the service answers. `call(method, …)` as if over the bus."""

    def __init__(self, database: Transactions) -> None:
        self._held = threading.local()
        self.forget()
        event.listen(database.engine, "checkout", lambda *_: self._count(1))
        event.listen(database.engine, "checkin", lambda *_: self._count(-1))

    def forget(self) -> None:
        super().forget()
        self.calls: list[str] = []
        self.down: Exception | None = None  # what every call ends with
        self.meanwhile: Callable[[], object] | None = None  # what somebody else does during the next call

    def call(self, method: str, *args: Any, deadline: float = 5.0, write: bool = False, **asked: Any) -> Any:
        """A method of the customers service."""
        assert not self._count(0), "another service is called while a connection to the database is held"
        self.calls.append(method)
        if self.meanwhile:
            self.meanwhile, others_do = None, self.meanwhile
            others_do()
        if self.down:
            raise self.down
        return getattr(self, f"_{method}")(*args, **asked)

    def _get_settings(self, scope: Json) -> Json:
        """Of them what dedup looks at."""
        return {
            "hide_contact_data": self.hide_contact_data,
            "default_region": self.default_region,
            "version": 1,
        }

    def _visible(self, scope: Json, ids: list[str]) -> Json:
        seen = {each: self.root(each) for each in ids if self.sees(scope, each)}
        return {each: {"id": root, "members": self.members(root)} for each, root in seen.items()}

    def _show_customers(self, scope: Json, ids: list[str]) -> Json:
        assert len(ids) <= 200
        return {each: self.message(scope, self.root(each)) for each in ids if self.sees(scope, each)}

    def _describe_for_matching(self, ids: list[str]) -> Json:
        assert len(ids) <= 500
        known = {each: self.root(each) for each in ids if each in self.customers}
        live = {each: root for each, root in known.items() if not self.customers[root].deleted}
        return {
            "customers": [self._described(root) for root in sorted(set(live.values()))],
            "gone": [each for each in ids if each not in live],
        }

    def _pages_for_matching(self, after: str | None = None, limit: int = 2000) -> Json:
        following = [root for root in self.live_roots() if after is None or root > after]
        page = following[:limit]
        last = page[-1] if len(following) > limit else None
        return {"customers": [self._described(root) for root in page], "next": last}

    def _check_duplicates(self, scope: Json, data: Json, likely: Iterable[str] = ()) -> Json:
        masked, typed = self._is_masked(scope), {kind: data[kind] for kind in CONTACT if data.get(kind)}
        if typed and scope["user_id"] in self.exhausted:
            raise Conflict("duplicate_budget_exhausted", {"retry_after": 60})
        wanted = {} if masked else self._identities(typed)
        matches = []
        for root in self.live_roots():
            held = {point.identity for point in self.points(root)}
            fields = [kind for kind, identity in wanted.items() if identity in held]
            if fields and self.sees(scope, root):
                matches.append({"customer": self.message(scope, root), "matched_on": fields})
        shown = [self.message(scope, self.root(each)) for each in likely if self.sees(scope, each)]
        settings = {"default_region": self.default_region, "masked": masked}
        return {"matches": matches, "likely": shown, **settings}

    def _identities(self, typed: Json) -> Json:
        """What is no address yet is left out."""
        found = {}
        for kind, value in typed.items():
            with suppress(InvalidContact):
                found[kind] = normalise(kind, value, default_region=self.default_region).identity
        return found

    def _redeem_access_token(self, scope: Json, token: str) -> Json:
        found = self.tokens.get(token)
        if found is None or found.user_id != scope["user_id"]:
            raise Invalid.at("/token", "unknown_token", "This token is not known, or its time is over.")
        members = self.members(self.root(found.customer_id))
        return {"customer": found.customer_id, "members": members, "matched_on": found.matched_on}

    def _update_customer(
        self, scope: Json, customer_id: str, patch: Json, version: int | None = None, **_: Any
    ) -> Json:
        """Of a patch only what dedup ever asks for: teams to add."""
        if not self.sees(scope, customer_id):
            raise NotFound("customer_not_found")
        customer = self.customers[self.root(customer_id)]
        if version not in (None, customer.version):
            raise Stale("stale", {"current": self.message(scope, customer.id)})
        added = frozenset(patch["teams"]["add"]) - customer.teams
        if added:
            customer.teams |= added
            self._changed(customer)
        return {"customer": self.message(scope, customer.id)}

    def _preview_merge(self, scope: Json, data: Json) -> Json:
        ids = self._to_merge(scope, data)
        return {
            "result": self.message(scope, ids[0]),
            "versions": {each: self.customers[each].version for each in ids},
            "fields": [],
            "moves": {},
            "records": sum(len(self.members(each)) for each in ids),
        }

    def _apply_merge(
        self, scope: Json, data: Json, versions: Json | None = None, merge_id: str | None = None, **_: Any
    ) -> Json:
        if merge_id in self.merges:
            merge = self.merges[merge_id]
            return {
                "merge": merge,
                "customer": self.message(scope, self.root(merge["primary"])),
                "replayed": True,
            }
        primary, *duplicates = self._to_merge(scope, data)
        if changed := [i for i, version in (versions or {}).items() if self.customers[i].version != version]:
            raise Stale("stale", {"current": {each: self.message(scope, each) for each in changed}})
        merge_id = merge_id or str(new_id())
        for each in duplicates:
            self.merge(each, primary, merge_id=merge_id)
        self.merges[merge_id] = merge = _merge(merge_id, primary, duplicates, by=scope["user_id"])
        return {"merge": merge, "customer": self.message(scope, primary)}

    def _to_merge(self, scope: Json, data: Json) -> list[str]:
        ids = [data["primary"], *data["duplicates"]]
        if not 2 <= len(set(ids)) == len(ids) <= 10:
            raise Invalid.at("/duplicates", "invalid_choice", "2 to 10 different customers are merged.")
        if not all(self.sees(scope, each) for each in ids):
            raise NotFound("customer_not_found")
        if moved := [each for each in ids if self.customers[each].merged_into]:
            raise Stale("moved", {"current": {e: self.message(scope, self.root(e)) for e in moved}})
        return ids

    def message(self, scope: Json, root: str) -> Json:
        """A customer as this caller may see it."""
        customer = self.customers[root]
        admin = scope["role"] == ADMIN
        contact = {"masked": list(MASKED)} if self._is_masked(scope) else _contact(self.points(root))
        return {
            "id": root,
            "name": customer.name,
            **contact,
            "tags": [],
            "teams": sorted(customer.teams if admin else customer.teams & set(scope["team_ids"])),
            "assignee": None,
            "status": "active",
            "channel": "manual",
            "custom": {},
            "created_at": to_rfc3339(customer.created_at),
            "updated_at": to_rfc3339(customer.created_at),
            "last_interaction_at": to_rfc3339(customer.created_at),
            "version": customer.version,
        }

    def _is_masked(self, scope: Json) -> bool:
        return self.hide_contact_data and scope["role"] != ADMIN

    def _described(self, root: str) -> Json:
        customer = self.customers[root]
        points = [
            {"kind": p.kind, "value": p.value, "space": p.identity.space, "identity": p.identity.value}
            for p in self.points(root)
        ]
        return {
            "id": root,
            "revision": customer.revision,
            "name": customer.name,
            "members": self.members(root),
            "points": points,
            "created_at": to_rfc3339(customer.created_at),
            "last_at": to_rfc3339(customer.created_at),
        }

    def _count(self, change: int) -> int:
        """Connections that this thread holds."""
        self._held.connections = getattr(self._held, "connections", 0) + change
        return int(self._held.connections)


def _contact(points: list[ContactPoint]) -> Json:
    first = {point.kind: point.value for point in reversed(points)}
    shown = [
        {
            "id": str(UUID(int=number)),
            "kind": point.kind,
            "value": point.value,
            "raw": point.raw,
            "label": None,
            "primary": first[point.kind] == point.value,
        }
        for number, point in enumerate(points, 1)
    ]
    return {**{kind: first.get(kind) for kind in CONTACT}, "contact_points": shown}


def _merge(merge_id: str, primary: str, duplicates: list[str], *, by: str) -> Json:
    return {
        "id": merge_id,
        "primary": primary,
        "duplicates": duplicates,
        "status": "applied",
        "merged_by": by,
        "merged_at": to_rfc3339(THEN),
        "undo_until": to_rfc3339(THEN + timedelta(days=30)),
        "undone_by": None,
        "undone_at": None,
        "version": 1,
    }
