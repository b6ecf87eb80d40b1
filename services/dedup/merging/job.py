"""A bulk merge, step by step: find who shares an identity, decide who is merged with whom, merge them.

Each step is one transaction with its checkpoint, and each merge has an id that was written down before it was
done. So a worker may die at any moment, and nobody is merged twice or left out. Before each step it is asked
anew what whoever started it may do.
"""

from __future__ import annotations

from typing import Any, Final

from servicekit.database import UnitOfWork
from servicekit.jobs import GaveUp, Progress, Run
from servicekit.scope import Scope
from services.dedup.merging import applying, deciding, finding
from services.dedup.merging.applying import Applied

KIND: Final = "merge_exact"
_DEADLINE: Final = 5.0


class MergeExact:
    """The handler of servicekit.jobs."""

    kind = KIND

    def prepare(self, run: Run) -> Any:
        """What others say or do; None while only our own index is read."""
        scope = _scope_of(run)
        if finding.is_due(run.job):
            return None
        return applying.apply(run, scope) if run.job.state.get("planned") else deciding.look(run, scope)

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        if prepared is None:
            return finding.find(uow, run.job)
        if isinstance(prepared, Applied):
            return applying.write_down(uow, run.job, prepared)
        return deciding.write_down(uow, run.job, prepared)


def _scope_of(run: Run) -> Scope:
    known = run.rpc.call("gateway", "scope_of", run.job.created_by, deadline=_DEADLINE)
    scope = None if known is None else Scope.load(known)
    if scope is None or not scope.is_admin:
        raise GaveUp("not_allowed", "Whoever started this may not do it any more.")
    return scope
