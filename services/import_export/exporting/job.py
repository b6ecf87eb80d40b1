"""The work of an export: page after page from customers into a file of this process, then into storage.

Whoever asked for it is asked anew for their rights in each step, and the file keeps those that it was made
with. Cancelled, failed or taken over, nothing of it is left that anybody could take for the file.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import UTC
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from directory.file_rights import Rights
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Forbidden, Invalid, Unavailable
from servicekit.files import storage
from servicekit.jobs import GaveUp, Progress, Run
from servicekit.scope import Scope
from services.import_export.exporting import repository, workfiles
from services.import_export.exporting.announcements import export_ready_v1
from services.import_export.exporting.expiry import LIFETIME
from services.import_export.exporting.repository import EXPORTS, ExportRun
from services.import_export.exporting.workfiles import WorkFile
from services.import_export.formats.domain.columns import Column
from services.import_export.formats.writers import CannotBeWritten, Options

Json = dict[str, Any]
KIND: Final = "export"
PAGE: Final = 2_000
STEP_SECONDS: Final = 0.6
LOOK_SECONDS: Final = 0.2
_DEADLINE: Final = 10.0


class WriteExport:
    """The handler of servicekit.jobs."""

    kind = KIND

    def prepare(self, run: Run) -> WorkFile:
        """The file with the next rows in it; whole, when they are the last; in storage, when it was whole."""
        export = _export(run)
        try:
            scope = _scope(run)
            file = workfiles.take(run.job.id, token=run.job.state.get("file")) or _begin(export)
            _worked_on(run, export, scope, file)
        except Forbidden as error:
            raise GaveUp(error.code, "Whoever asked for this may not export any more.") from error
        except Invalid as error:
            first = error.payload["errors"][0]
            raise GaveUp(first["code"], first["detail"]) from error
        except CannotBeWritten as error:
            raise GaveUp(error.code, error.detail) from error
        workfiles.park(run.job.id, file, run.database)
        return file

    def step(self, run: Run, uow: UnitOfWork, file: WorkFile) -> Progress:
        if file.key is None:
            return Progress(state={"file": file.token}, done=file.rows)
        assert file.rights is not None
        export = _export_in(uow.connection, run)
        until = utc_now() + LIFETIME
        repository.publish(uow, export.id, key=file.key, size=file.size, rights=file.rights, until=until)
        uow.outbox.add(export_ready_v1(export, rows=file.rows))
        return Progress(done=file.rows, total=file.rows, finished=True)


def _export(run: Run) -> ExportRun:
    with run.database.reading() as connection:
        return _export_in(connection, run)


def _export_in(connection: Any, run: Run) -> ExportRun:
    found = EXPORTS.find(connection, UUID(run.job.parameters["export"]))
    if found is None:
        raise GaveUp("export_gone", "What was asked for is not known any more.")
    return found


def _scope(run: Run) -> Scope:
    known = run.rpc.call("gateway", "scope_of", run.job.created_by, deadline=_DEADLINE)
    if known is None:
        raise Forbidden("exports_forbidden")
    return Scope.load(known)


def _begin(export: ExportRun) -> WorkFile:
    given, zone = export.asked["options"], export.asked["company_time_zone"]
    options = Options(
        byte_order_mark=given.get("bom", True),
        separator=given.get("separator", ","),
        ndjson=given.get("ndjson", False),
        zone=UTC if zone == "UTC" else ZoneInfo(zone),
    )
    columns = [Column.load(each) for each in export.columns]
    return WorkFile(export.format, columns, options, sort=export.asked["sort"])


def _worked_on(run: Run, export: ExportRun, scope: Scope, file: WorkFile) -> None:
    try:
        if not file.is_whole:
            _fill(run, file, partial(_page, run, export, scope))
        elif file.is_to_be_sorted:
            _sort(run, file)
        elif file.key is None:
            finish(run, file)
    except BaseException:
        file.abandon()
        raise


def _fill(run: Run, file: WorkFile, page_after: Callable[[str | None], tuple[Json, Rights]]) -> None:
    """Pages for a while: while one is being written, customers are asked for the next."""
    until = time.monotonic() + STEP_SECONDS
    ahead = _in_background(partial(page_after, file.next))
    while True:
        page, rights = ahead.result()
        following = page["next"]
        goes_on = following is not None and time.monotonic() < until and not (run.cancelled or run.stopping)
        if goes_on:
            ahead = _in_background(partial(page_after, following))
        file.write(page["rows"], keys=page["keys"], rights=rights, next=following)
        if not goes_on:
            return


def _sort(run: Run, file: WorkFile) -> None:
    until = time.monotonic() + STEP_SECONDS
    while True:
        file.write_sorted(PAGE)
        if not file.is_to_be_sorted or time.monotonic() >= until or run.cancelled or run.stopping:
            return


def _page(run: Run, export: ExportRun, scope: Scope, after: str | None) -> tuple[Json, Rights]:
    asked = export.asked
    page = run.rpc.call(
        "customers",
        "export_page",
        scope.dump(),
        asked["selection"],
        [column["key"] for column in export.columns],
        asked["upto"],
        asked["as_of"],
        asked["time_zone"],
        after,
        PAGE,
        deadline=_DEADLINE,
    )
    return page, Rights.of(scope, masked=page["masked"])


def finish(run: Run, file: WorkFile) -> None:
    """A large workbook takes a while to be put together; nobody who wants an end waits for that."""
    end = _in_background(partial(file.finish, storage()))
    while not wait([end], timeout=LOOK_SECONDS).done:
        if run.cancelled or run.stopping:
            raise Unavailable("worker_stopping")
    end.result()


def _in_background(work: Callable[[], Any]) -> Future[Any]:
    """In a thread of its own, which keeps no process from ending."""
    future: Future[Any] = Future()
    caller = contextvars.copy_context()

    def do() -> None:
        try:
            future.set_result(caller.run(work))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=do, name="export", daemon=True).start()
    return future
