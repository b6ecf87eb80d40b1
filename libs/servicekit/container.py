"""nameko's container with workers that always come to an answer and never take the process down."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Any

from nameko.containers import ServiceContainer

from servicekit import context, metrics

log = logging.getLogger(__name__)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Container(ServiceContainer):
    """Differs from nameko's in `_run_worker` alone.

    There, an escaping BaseException (eventlet.Timeout, GreenletExit) skips the answer and leaves the
    message unacknowledged for ever, and an error in a dependency's hooks kills the whole container.
    """

    def _run_worker(self, worker_ctx: Any, handle_result: Callable[..., Any] | None) -> None:
        context.begin(worker_ctx.data.pop("call", None) or context.new_context())
        metrics.RUNNING.inc()
        result: Any = None
        exc_info: ExcInfo | None = None
        try:
            result = self._run_method(worker_ctx)
        except BaseException as error:
            exc_info = (type(error), error, error.__traceback__)
        finally:
            metrics.RUNNING.dec()
        try:
            self._finish(worker_ctx, handle_result, result, exc_info)
        finally:
            del exc_info  # breaks the cycle through the traceback, so that it is freed at once

    def _run_method(self, worker_ctx: Any) -> Any:
        self._inject_dependencies(worker_ctx)
        self._worker_setup(worker_ctx)
        entrypoint = worker_ctx.entrypoint
        method = getattr(worker_ctx.service, entrypoint.method_name)
        if hasattr(entrypoint, "run"):
            return entrypoint.run(method, worker_ctx.args, worker_ctx.kwargs)
        return method(*worker_ctx.args, **worker_ctx.kwargs)

    def _finish(
        self, worker_ctx: Any, handle_result: Callable[..., Any] | None, result: Any, exc_info: ExcInfo | None
    ) -> None:
        if handle_result is not None:
            result, exc_info = handle_result(worker_ctx, result, exc_info)
        elif exc_info is not None:
            log.error("worker failed", exc_info=exc_info, extra={"method": worker_ctx.entrypoint.method_name})
        _attempt(self._worker_result, worker_ctx, result, exc_info)
        _attempt(self._worker_teardown, worker_ctx)


def _attempt(hook: Callable[..., None], *arguments: Any) -> None:
    """The answer has left by now: a hook that fails is reported and changes nothing."""
    try:
        hook(*arguments)
    except Exception:
        log.exception("dependency failed after the call")
