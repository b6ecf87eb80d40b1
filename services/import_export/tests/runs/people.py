"""The customers service as imports meet it: whom a row meets and what it changes, answered from memory.

Its answers have the form of contracts/customers/rpc. Called by who holds a connection to the database, it
fails the test: another service is never asked inside of a transaction.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from servicekit.database import Transactions
from servicekit.errors import Forbidden
from servicekit.ids import new_id
from servicekit.scope import ADMIN

Json = dict[str, Any]
OPTIONS = ("Gold", "Silver")
CHANGED = ("created", "updated", "merged")


@dataclass
class Person:
    """A customer, as far as imports change one. `version` counts that."""

    name: str
    held: set[tuple[str, str]] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    plan: str | None = None
    version: int = 1


class People:
    """`call(method, …)` as if over the bus."""

    def __init__(self, database: Transactions) -> None:
        self._held = threading.local()
        self.forget()
        event.listen(database.engine, "checkout", lambda *_: self._count(1))
        event.listen(database.engine, "checkin", lambda *_: self._count(-1))

    def forget(self) -> None:
        self.people: dict[str, Person] = {}
        self.effects: dict[tuple[str, int], Json] = {}
        self.made: dict[tuple[str, int], int] = {}  # how often a row took effect
        self.before: dict[tuple[str, int], tuple[str, Person | None]] = {}
        self.calls: list[str] = []
        self.hidden: set[str] = set()  # from agents
        self.worked_on: set[str] = set()  # customers with a note or a task
        self.agents_may_import = True
        self.masked = False
        self.allow_duplicates = False
        self.options = list(OPTIONS)
        self.down: Exception | None = None  # what every call ends with
        self.down_for: str | None = None  # or every call of this method
        self.before_each: Callable[[], object] = lambda: None  # what happens before every call
        self.after_each: Callable[[], object] = lambda: None  # after every batch that was done
        self.meanwhile: Callable[[], object] | None = None  # after the next one

    def call(self, method: str, *args: Any, deadline: float = 5.0, **asked: Any) -> Any:
        """A method of the customers service, or of the tasks service."""
        assert not self._count(0), "another service is called while a connection to the database is held"
        self.calls.append(method)
        self.before_each()
        if self.down and self.down_for in (None, method):
            raise self.down
        return getattr(self, f"_{method}")(*args, **asked)

    def add(self, name: str, *addresses: tuple[str, str], tags: tuple[str, ...] = ()) -> str:
        id_ = str(new_id())
        self.people[id_] = Person(name, set(addresses), set(tags))
        return id_

    def named(self, name: str) -> str:
        (found,) = [id_ for id_, person in self.people.items() if person.name == name]
        return found

    @property
    def names(self) -> list[str]:
        return sorted(person.name for person in self.people.values())

    def _may(self, scope: Json) -> None:
        if scope["role"] != ADMIN and not self.agents_may_import:
            raise Forbidden("imports_forbidden")

    def _import_facts(self, scope: Json) -> Json:
        settings = {
            "default_region": "BR",
            "time_zone": "America/Sao_Paulo",
            "allow_duplicates": self.allow_duplicates,
        }
        plan = [{"id": str(number), "label": label} for number, label in enumerate(self.options)]
        return {
            "fields": [
                {"key": "plan", "label": "Plan", "type": "select", "required": False, "options": plan}
            ],
            "teams": [],
            "users": [],
            "settings": settings,
            **settings,
            "own_teams": scope["team_ids"],
            **self._import_rights(scope),
        }

    def _import_rights(self, scope: Json) -> Json:
        return {
            "may_import": scope["role"] == ADMIN or self.agents_may_import,
            "may_export": True,
            "masked": self.masked and scope["role"] != ADMIN,
        }

    def _import_targets(self, scope: Json, rows: list[Json]) -> Json:
        assert 0 < len(rows) <= 1_000
        self._may(scope)
        met = {str(row["n"]): self._met(row.get("id"), map(tuple, row["identities"])) for row in rows}
        return {"targets": {n: found[0] for n, found in met.items() if found}}

    def _import_batch(
        self, scope: Json, run: str, rows: list[Json], options: Json, dry_run: bool = False
    ) -> Json:
        assert 0 < len(rows) <= 1_000
        self._may(scope)
        kept = copy.deepcopy((self.people, self.options)) if dry_run else None
        known = set(self.people)
        answers = [self._row(run, row, options, dry_run=dry_run) for row in rows]
        if kept:
            self.people, self.options = kept
            for answer in answers:
                answer["customer"] = answer["customer"] if answer["customer"] in known else None
        else:
            self._go_on()
        return {"rows": answers, "budget_exhausted": False}

    def _go_on(self) -> None:
        self.after_each()
        if self.meanwhile:
            self.meanwhile, happens = None, self.meanwhile
            happens()

    def _row(self, run: str, row: Json, options: Json, *, dry_run: bool) -> Json:
        key = (run, row["n"])
        if not dry_run and key in self.effects and not (row.get("target") or row.get("again")):
            return self.effects[key]
        answer = {
            "n": row["n"],
            "customer": None,
            "errors": [],
            "warnings": [],
            "candidates": [],
            "unknown_options": [],
        }
        answer |= self._decided(key, row, options, dry_run=dry_run)
        if not dry_run:
            self.effects[key] = answer
            self.made[key] = self.made.get(key, 0) + 1
        return answer

    def _decided(self, key: tuple[str, int], row: Json, options: Json, *, dry_run: bool) -> Json:
        form = row["form"]
        addresses = {(each["space"], each["identity"]) for each in form.get("addresses", ())}
        found = [row["target"]] if row.get("target") else self._met(form.get("id"), addresses)
        if form.get("id") and not found:
            return _refused("/id", "unknown_id")
        label = form.get("custom", {}).get("plan")
        unknown = bool(label) and label not in self.options
        if unknown and options["unknown_options"] == "refuse":
            return {
                **_refused("/custom/plan", "unknown_option"),
                "unknown_options": [{"field": "plan", "label": label}],
            }
        if len(found) > 1:
            return {"outcome": "needs_review", "code": "two_customers", "candidates": found}
        if not found or options["policy"] == "create":
            return self._make(key, form, addresses, dry_run=dry_run)
        return self._change(key, found[0], form, addresses, options["policy"], dry_run=dry_run)

    def _make(self, key: tuple[str, int], form: Json, held: set[tuple[str, str]], *, dry_run: bool) -> Json:
        id_ = self.add(form["name"], *held, tags=tuple(form.get("tags", ())))
        self.people[id_].plan = form.get("custom", {}).get("plan")
        if not dry_run:
            self.before[key] = (id_, None)
        return {"outcome": "created", "customer": id_}

    def _change(
        self,
        key: tuple[str, int],
        id_: str,
        form: Json,
        held: set[tuple[str, str]],
        policy: str,
        *,
        dry_run: bool,
    ) -> Json:
        person = self.people[id_]
        if policy == "skip":
            return {"outcome": "skipped", "customer": id_}
        after = copy.deepcopy(person)
        after.held |= held
        after.tags |= set(form.get("tags", ()))
        after.name = form.get("name") or person.name if policy == "update" else person.name
        after.plan = person.plan or form.get("custom", {}).get("plan")
        if after == person:
            return {"outcome": "unchanged", "customer": id_}
        after.version += 1
        self.people[id_] = after
        if not dry_run:
            self.before.setdefault(key, (id_, person))
        return {"outcome": "merged" if policy == "merge" else "updated", "customer": id_}

    def _met(self, id_: str | None, held: Any) -> list[str]:
        if id_:
            return [id_] if id_ in self.people else []
        asked = set(held)
        return [known for known, person in self.people.items() if person.held & asked]

    def _import_outcomes(self, run: str, ns: list[int]) -> Json:
        return {"rows": [self.effects[run, n] for n in ns if (run, n) in self.effects]}

    def _import_effects(self, scope: Json, run: str, after: str | None = None, limit: int = 500) -> Json:
        changed = [each for (of, _), each in self.effects.items() if of == run and each["outcome"] in CHANGED]
        ids = sorted({each["customer"] for each in changed})
        ids = [id_ for id_ in ids if after is None or id_ > after][:limit]
        return {"customers": ids, "next": ids[-1] if len(ids) == limit else None}

    def _undo_import(self, scope: Json, run: str, customers: list[str], touched: list[str]) -> Json:
        self._may(scope)
        known = {each["customer"] for (of, _), each in self.effects.items() if of == run}
        return {"customers": [self._undone(run, id_, touched) for id_ in customers if id_ in known]}

    def _undone(self, run: str, id_: str, touched: list[str]) -> Json:
        rows = sorted(n for (of, n), each in self.effects.items() if of == run and each["customer"] == id_)
        first = self.before[(run, rows[0])][1]
        if id_ in touched:
            kept = [{"field": "name", "reason": "touched"}]
            return {"customer": id_, "rows": rows, "outcome": "kept", "kept": kept}
        if first is None:
            self.people.pop(id_, None)
        else:
            self.people[id_] = first
        return {"customer": id_, "rows": rows, "outcome": "restored" if first else "removed", "kept": []}

    def _visible(self, scope: Json, ids: list[str]) -> Json:
        seen = self.people if scope["role"] == ADMIN else self.people.keys() - self.hidden
        return {id_: {"id": id_} for id_ in ids if id_ in seen}

    def _with_work(self, ids: list[str]) -> Json:
        return {"ids": [id_ for id_ in ids if id_ in self.worked_on]}

    def _count(self, change: int) -> int:
        """Connections that this thread holds."""
        self._held.connections = getattr(self._held, "connections", 0) + change
        return int(self._held.connections)


def _refused(pointer: str, code: str) -> Json:
    return {
        "outcome": "refused",
        "code": code,
        "errors": [{"pointer": pointer, "code": code, "detail": "no"}],
    }
