"""An import undone, some customers at a time: what it made and nobody touched goes, changes return."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from identity import Identity
from servicekit.database.failures import ChangedMeanwhile
from services.customers.bulk.repository import lock_customers
from services.customers.importing import effects, present, removing, saving
from services.customers.importing.domain.asked import Json
from services.customers.importing.domain.restoring import Restored, restored
from services.customers.importing.present import Present
from services.customers.merging.queries import members_of
from services.customers.registry import holders, writing
from services.customers.registry.domain.customer import Customer
from services.customers.registry.holders import Claim
from services.customers.registry.writing import Work

Done = Sequence[Row[Any]]  # what the import did to one customer, in order


@dataclass(frozen=True, slots=True)
class Step:
    """Some customers whom an import made or changed. `touched`: somebody worked on these since."""

    run: UUID
    ids: Sequence[UUID]
    done: Mapping[UUID, Done]
    touched: Collection[UUID]

    @property
    def open(self) -> list[UUID]:
        """Of whom nothing was undone yet."""
        return [id_ for id_ in self.ids if self.done[id_][0].undone is None]

    @property
    def made(self) -> list[UUID]:
        return [id_ for id_ in self.open if is_made(self.done[id_])]


def is_made(done: Done) -> bool:
    return any(row.outcome == "created" for row in done)


def undo(work: Work, run: UUID, asked: Iterable[UUID], *, touched: Collection[UUID]) -> list[Json]:
    """What became of those of them whom the import made or changed. The same answer when asked again."""
    connection = work.uow.connection
    done = {id_: each for id_, each in effects.of_customers(connection, run, sorted(asked)).items() if each}
    step = Step(run, list(done), done, touched)
    told = _undo(work, step) if step.open else {}
    effects.mark_undone(connection, run, told.items())
    return [_answer(id_, done[id_], told.get(id_)) for id_ in done]


def _answer(id_: UUID, done: Done, told: Json | None) -> Json:
    return {"customer": str(id_), "rows": sorted(row.n for row in done), **(told or done[0].undone)}


def _undo(work: Work, step: Step) -> dict[UUID, Json]:
    """Keys, customers with their records, then everything as it is under these locks."""
    connection = work.uow.connection
    keys = {identity for identity, _ in holders.held_by(connection, step.made)}
    keys.update(_added(step))
    holders.lock(connection, keys)
    members = lock_customers(connection, members_of(connection, step.open))
    if members_of(connection, step.open) != members.keys():
        raise ChangedMeanwhile
    found = present.read(work, {id_: step.done[id_] for id_ in step.open})
    told: dict[UUID, Json] = {}
    going, changed = list[UUID](), dict[UUID, Restored]()
    for id_ in step.open:
        if why := present.out_of_reach(found.get(id_), work.scope):
            told[id_] = why
        elif is_made(step.done[id_]):
            stays = present.staying(found[id_], step.done[id_], touched=id_ in step.touched)
            told[id_] = _kept({"customer": stays}) if stays else {"outcome": "removed", "kept": []}
            going += [] if stays else [id_]
        else:
            changed[id_] = _restored(work, found[id_], step.done[id_])
            told[id_] = _outcome(found[id_].customer, changed[id_])
    removing.remove(work, going, locked=keys)
    _save(work, {id_: (found[id_].customer, each.customer) for id_, each in changed.items()})
    return {id_: present.shown(each, work.scope) for id_, each in told.items()}


def _added(step: Step) -> Iterable[Identity]:
    """The addresses that may be freed."""
    for id_ in step.open:
        for row in step.done[id_]:
            for _, space, value in (row.effect or {}).get("points", ()):
                yield Identity(space, value)


def _restored(work: Work, found: Present, done: Done) -> Restored:
    assert found.customer is not None, "it is in reach"
    return restored(found.customer, [row.effect or {} for row in done], found.around)


def _outcome(before: Customer | None, after: Restored) -> Json:
    if not after.kept:
        return {"outcome": "restored", "kept": []}
    return _kept(after.kept, outcome="kept" if before == after.customer else "partly")


def _kept(why: Mapping[str, str], *, outcome: str = "kept") -> Json:
    return {
        "outcome": outcome,
        "kept": [{"field": name, "reason": reason} for name, reason in sorted(why.items())],
    }


def _save(work: Work, restored: Mapping[UUID, tuple[Customer | None, Customer]]) -> None:
    pairs = [(before, after) for before, after in restored.values() if before and before != after]
    if not pairs:
        return
    freed: list[Claim] = []
    for was, now in saving.reaching(pairs):
        freed += was.held - now.held
    saving.tell(work, saving.change(work, pairs, work.configuration.fields))
    holders.release(work.uow.connection, writing.in_lock_order(freed))
