"""The second part: of the next clusters, as the customers service has them now, who becomes part of whom.

What the index said was when it was said. So each customer is asked for anew: its version first, what it holds
second. Whoever is changed between that and the merge has another version, and is decided about again, as is
of whom somebody says meanwhile that they are not the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Connection, text

from servicekit.database import Transactions, UnitOfWork
from servicekit.jobs import Job, Progress, Run
from servicekit.scope import Scope
from services.dedup.customers import Description, describe
from services.dedup.merging import finding, progress, targets
from services.dedup.merging.domain import deciding
from services.dedup.merging.domain.deciding import MAX_AT_ONCE, Apart, Candidate, Decision, Group
from services.dedup.merging.targets import ABSORBED, MANY, REFUSED, SURVIVOR, UNCHANGED, Outcome

Json = dict[str, Any]
CLUSTERS: Final = 20
SAMPLE: Final = 10
TOO_MANY_CUSTOMERS: Final = "too_many_customers"
GONE: Final = "gone"
MERGED_MEANWHILE: Final = "merged_meanwhile"
_DEADLINE: Final = 10.0

_APART = text("""
    SELECT first_id, second_id FROM decision
    WHERE first_id = ANY(CAST(:ids AS uuid[])) AND second_id = ANY(CAST(:ids AS uuid[]))""")


@dataclass(slots=True)
class Decided:
    """Of one round: who is merged with whom, what is settled already, and which clusters are too large."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    settled: list[Outcome] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)


def look(run: Run, scope: Scope) -> Decided:
    """Asks about the next clusters; outside of any transaction."""
    with run.database.reading() as connection:
        found = targets.following(connection, run.job.id, clusters=CLUSTERS)
    decided = Decided(too_large=[cluster for cluster, ids in found.items() if len(ids) > MANY])
    clusters = _as_many_as_can_be_asked_for(found)
    shown = _shown(run, scope, [each for ids in clusters.values() for each in ids])
    candidates = _candidates(run, shown)
    with run.database.reading() as connection:
        candidates = _with_evidence(connection, candidates)
        apart = _apart(connection, {record for each in candidates.values() for record in each.records})
    for cluster, ids in clusters.items():
        roots = {each: shown[each]["id"] for each in ids if each in shown}
        decided.settled += _settled(ids, {e: root for e, root in roots.items() if root in candidates})
        of_cluster = [candidates[root] for root in sorted(set(roots.values())) if root in candidates]
        decided.decisions[cluster] = deciding.decide(of_cluster, apart=apart)
    return decided


def write_down(uow: UnitOfWork, job: Job, decided: Decided) -> Progress:
    """What is to be merged goes into the job's state: a worker that comes after does the same, once."""
    if not (decided.decisions or decided.too_large):
        return progress.finished(job)
    outcomes, planned = list(decided.settled), []
    dry_run, number = job.parameters["dry_run"], job.state["round"]
    for cluster, decision in decided.decisions.items():
        outcomes += [Outcome(each, UNCHANGED, why) for each, why in decision.unchanged.items()]
        outcomes += [Outcome(each, REFUSED, why) for each, why in decision.refused.items()]
        for group in decision.groups:
            if dry_run:
                outcomes += _outcomes_of(group)
            else:
                planned.append(_plan(job, cluster, group, number=f"{number}.{len(planned)}"))
    new = Counter(targets.record(uow.connection, job.id, outcomes))
    for cluster in decided.too_large:
        new[REFUSED] += targets.refuse_cluster(uow.connection, job.id, cluster, reason=TOO_MANY_CUSTOMERS)
    state = {**job.state, "round": number + 1, "planned": planned}
    if dry_run:
        groups = [group for decision in decided.decisions.values() for group in decision.groups]
        state["merges"] += sum(group.merges for group in groups)
        state["sample"] = [*job.state.get("sample", []), *map(_sampled, groups)][:SAMPLE]
    return progress.of(job, new, state=state)


def is_apart_by_now(database: Transactions, plan: Json) -> bool:
    """Whether somebody has said since that two who are to be merged are not the same."""
    with database.reading() as connection:
        apart = _apart(connection, {record for records in plan["records"].values() for record in records})
    whose = {record: key for key, records in plan["records"].items() for record in records}
    return any(whose[one] != whose[other] for one, others in apart.items() for other in others)


def _as_many_as_can_be_asked_for(found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    room = MANY
    for cluster, ids in found.items():
        if len(ids) > MANY:
            continue
        if (room := room - len(ids)) < 0:
            break
        chosen[cluster] = ids
    return chosen


def _shown(run: Run, scope: Scope, ids: list[str]) -> Json:
    if not ids:
        return {}
    shown: Json = run.rpc.call("customers", "show_customers", scope.dump(), ids, deadline=_DEADLINE)
    return shown


def _candidates(run: Run, shown: Json) -> dict[str, Candidate]:
    customers = {message["id"]: message for message in shown.values()}
    if not customers:
        return {}
    answer = describe(partial(run.rpc.call, "customers"), set(map(UUID, customers)))
    described = [each for each in answer.customers if str(each.id) in customers]
    return {str(each.id): _candidate(each, customers[str(each.id)]) for each in described}


def _candidate(described: Description, shown: Json) -> Candidate:
    return Candidate(
        id=shown["id"],
        version=shown["version"],
        filled=deciding.filled_in(shown),
        created_at=shown["created_at"],
        records=frozenset(map(str, described.members)),
        identities=described.identities,
    )


def _with_evidence(connection: Connection, candidates: Mapping[str, Candidate]) -> dict[str, Candidate]:
    """What tells nobody apart counts for these as little as for the others."""
    held = Counter(identity for each in candidates.values() for identity in each.identities)
    shared = [identity for identity, count in held.items() if count > 1]
    useless = finding.without_evidence(connection, shared)
    return {key: each.without(useless) for key, each in candidates.items()}


def _apart(connection: Connection, records: Iterable[str]) -> Apart:
    apart: dict[str, set[str]] = {}
    for first, second in connection.execute(_APART, {"ids": sorted(records)}):
        apart.setdefault(str(first), set()).add(str(second))
        apart.setdefault(str(second), set()).add(str(first))
    return {record: frozenset(others) for record, others in apart.items()}


def _settled(ids: Iterable[str], roots: Mapping[str, str]) -> list[Outcome]:
    """Who is no customer any more has nothing to wait for."""
    why = {each: GONE if each not in roots else MERGED_MEANWHILE for each in ids if roots.get(each) != each}
    return [Outcome(each, UNCHANGED, reason) for each, reason in why.items()]


def _plan(job: Job, cluster: str, group: Group, *, number: str) -> Json:
    """One merge, under an id that is known before it is done: done again, it is the same one."""
    members = (group.primary, *group.duplicates[: MAX_AT_ONCE - 1])
    return {
        "id": str(uuid5(job.id, f"{cluster}/{number}")),
        "cluster": cluster,
        "primary": group.primary.id,
        "duplicates": [each.id for each in members[1:]],
        "versions": {each.id: each.version for each in members},
        "records": {each.id: sorted(each.records) for each in members},
    }


def _outcomes_of(group: Group) -> list[Outcome]:
    absorbed = [Outcome(each.id, ABSORBED) for each in group.duplicates]
    return [Outcome(group.primary.id, SURVIVOR), *absorbed]


def _sampled(group: Group) -> Json:
    shown = [each.id for each in group.duplicates[: MAX_AT_ONCE - 1]]
    return {"primary": group.primary.id, "duplicates": shown, "customers": len(group.members)}
