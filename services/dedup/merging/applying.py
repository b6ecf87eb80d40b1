"""The third part: what was decided is done, each merge by a call of its own to the customers service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from servicekit.database import UnitOfWork
from servicekit.errors import Conflict, Invalid, NotFound, Stale, TooLarge
from servicekit.jobs import Job, Progress, Run
from servicekit.scope import Scope
from services.dedup.merging import deciding, progress, targets
from services.dedup.merging.targets import ABSORBED, REFUSED, SURVIVOR, Outcome

Json = dict[str, Any]
TRIES: Final = 5
CHANGED_MEANWHILE: Final = "changed_meanwhile"
_DEADLINE: Final = 10.0


@dataclass(slots=True)
class Applied:
    """What became of the merges that were decided on; those that are not in here are yet to be done."""

    done: list[Json] = field(default_factory=list)
    changed: list[Json] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)  # by the merge's id, why


def apply(run: Run, scope: Scope) -> Applied:
    """Does them one by one; outside of any transaction. Repeated by another worker, each is done once."""
    applied = Applied()
    for plan in run.job.state["planned"]:
        if run.stopping or run.cancelled:
            break
        if deciding.is_apart_by_now(run.database, plan):
            applied.changed.append(plan)
            continue
        try:
            _apply_one(run, scope, plan)
            applied.done.append(plan)
        except (Stale, NotFound):
            applied.changed.append(plan)
        except (Conflict, Invalid, TooLarge) as error:
            applied.refused[plan["id"]] = _code_of(error)
    return applied


def write_down(uow: UnitOfWork, job: Job, applied: Applied) -> Progress:
    """Whoever was changed meanwhile waits to be decided about again, but not for ever."""
    plans = {plan["id"]: plan for plan in job.state["planned"]}
    outcomes = [outcome for plan in applied.done for outcome in _merged(plan)]
    outcomes += [each for key, code in applied.refused.items() for each in _refused(plans[key], code)]
    new = Counter(targets.record(uow.connection, job.id, outcomes))
    tries = _tries(job.state.get("tries", {}), applied)
    for cluster in [cluster for cluster, count in tries.items() if count >= TRIES]:
        new[REFUSED] += targets.refuse_cluster(uow.connection, job.id, cluster, reason=CHANGED_MEANWHILE)
        del tries[cluster]
    over = {plan["id"] for plan in (*applied.done, *applied.changed)} | applied.refused.keys()
    state = {
        **job.state,
        "planned": [plan for key, plan in plans.items() if key not in over],
        "merges": job.state["merges"] + len(applied.done),
        "tries": tries,
    }
    return progress.of(job, new, state=state)


def _apply_one(run: Run, scope: Scope, plan: Json) -> None:
    data = {"primary": plan["primary"], "duplicates": plan["duplicates"]}
    run.rpc.call(
        "customers",
        "apply_merge",
        scope.dump(),
        data,
        versions=plan["versions"],
        merge_id=plan["id"],
        deadline=_DEADLINE,
        write=True,
    )


def _merged(plan: Json) -> list[Outcome]:
    return [Outcome(plan["primary"], SURVIVOR), *(Outcome(each, ABSORBED) for each in plan["duplicates"])]


def _refused(plan: Json, code: str) -> list[Outcome]:
    return [Outcome(each, REFUSED, code) for each in (plan["primary"], *plan["duplicates"])]


def _tries(before: Mapping[str, int], applied: Applied) -> dict[str, int]:
    """Of each cluster how often in a row somebody else was faster."""
    tries = {key: count for key, count in before.items() if key not in {p["cluster"] for p in applied.done}}
    for cluster in {plan["cluster"] for plan in applied.changed}:
        tries[cluster] = tries.get(cluster, 0) + 1
    return tries


def _code_of(error: Conflict | Invalid | TooLarge) -> str:
    if isinstance(error, Invalid) and error.payload.get("errors"):
        return str(error.payload["errors"][0]["code"])
    return error.code
