"""Who may import, as of now: asked of the gateway and of customers with every call and every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from servicekit.confined.refused import FileRefused
from servicekit.errors import Forbidden, Invalid, NotFound
from servicekit.jobs import Run
from servicekit.scope import Scope
from services.import_export.mapping.facts import DEADLINE

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a step comes to that can never be done: the import has failed for good."""

    code: str
    detail: str

    @property
    def problem(self) -> Json:
        return {"code": self.code, "detail": self.detail}


def scope_in(run: Run) -> Scope:
    """Of whoever asked for this work, as of now. Raises Forbidden for who has none any more.

    That they may still import, customers look at with each call.
    """
    return scope_of(lambda *asked, **how: run.rpc.call("gateway", *asked, **how), run.job.created_by)


def scope_of(gateway: Callable[..., Any], user_id: str) -> Scope:
    """As of now. Raises Forbidden for who has none any more."""
    known = gateway("scope_of", user_id, deadline=DEADLINE)
    if known is None:
        raise Forbidden("imports_forbidden")
    return Scope.load(known)


def customers_in(run: Run) -> Callable[..., Any]:
    """`ask(method, …)` of the customers service, from a worker."""

    def ask(method: str, *args: Any, **asked: Any) -> Any:
        return run.rpc.call("customers", method, *args, **asked)

    return ask


def ends_it(prepare: Callable[..., Any]) -> Callable[..., Any]:
    """What can never be done is handed to the step, so that the import is told in the step's transaction.

    Whatever may pass by itself goes on as it came, and is waited for.
    """

    @wraps(prepare)
    def preparing(handler: Any, run: Run) -> Any:
        try:
            return prepare(handler, run)
        except FileRefused as refused:
            return Ended(refused.code, refused.detail)
        except (Forbidden, NotFound) as error:
            return Ended(error.code, "Whoever asked for this may not do it any more.")
        except Invalid as error:
            first = error.payload["errors"][0]
            return Ended(first["code"], first["detail"])

    return preparing
