"""The work on uploads: a file is read once, into its copy by columns; then the file itself goes."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from servicekit.confined.refused import FileRefused
from servicekit.database import UnitOfWork
from servicekit.errors import Forbidden, Unavailable
from servicekit.files import storage
from servicekit.ids import new_id
from servicekit.jobs import GaveUp, Progress, Run
from servicekit.local_copy import LocalCopy
from servicekit.scope import Scope
from services.reports.facts import Facts, ask_facts
from services.reports.uploads.kinds import COPIES, FORGET_FILES, READ
from services.reports.uploads.reading.parent import Read, read_upload
from services.reports.uploads.repository import UPLOADS, Upload, publish

Json = dict[str, Any]
_DEADLINE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Copied:
    """What was read, and where the copy is."""

    key: str
    read: Read


class ReadUpload:
    """The handler of servicekit.jobs. First the copy, then the end of the file that it was made of."""

    kind = READ

    def prepare(self, run: Run) -> Copied | None:
        done = run.job.state.get("read")
        if done is not None:
            storage().delete(done)
            return None
        upload = _upload(run)
        facts = _facts(run)
        try:
            with LocalCopy(upload.storage_key) as local:
                return _copied(run, local.path, facts)
        except FileRefused as refused:
            storage().delete(upload.files)
            raise GaveUp(refused.code, refused.detail) from refused

    def step(self, run: Run, uow: UnitOfWork, copied: Copied | None) -> Progress:
        if copied is None:
            return Progress(finished=True)
        upload, read = _upload_in(uow.connection, run), copied.read
        publish(
            uow,
            upload.id,
            key=copied.key,
            rows=read["rows"],
            columns=read["columns"],
            problems=read["problems"],
        )
        return Progress(state={"read": upload.files}, done=read["rows"], total=read["rows"])


class ForgetFiles:
    """The handler of servicekit.jobs, for files of an upload that was deleted."""

    kind = FORGET_FILES

    def prepare(self, run: Run) -> None:
        storage().delete(run.job.parameters["files"])

    def step(self, run: Run, uow: UnitOfWork, prepared: None) -> Progress:
        return Progress(finished=True)


def _upload(run: Run) -> Upload:
    with run.database.reading() as connection:
        return _upload_in(connection, run)


def _upload_in(connection: Any, run: Run) -> Upload:
    found = UPLOADS.find(connection, UUID(run.job.parameters["upload"]))
    if found is None:
        raise GaveUp("upload_gone", "The upload was deleted.")
    return found


def _facts(run: Run) -> Facts:
    """As far as whoever uploaded the file may know of the fields."""
    known = run.rpc.call("gateway", "scope_of", run.job.created_by, deadline=_DEADLINE)
    try:
        if known is None:
            raise Forbidden("reports_forbidden")
        return ask_facts(lambda *asked, **how: run.rpc.call("customers", *asked, **how), Scope.load(known))
    except Forbidden as error:
        raise GaveUp(error.code, "Whoever uploaded this may not make reports any more.") from error


def _copied(run: Run, path: Path, facts: Facts) -> Copied:
    live = {field: {"label": each.label, "type": each.type} for field, each in facts.fields.items()}
    number, name = tempfile.mkstemp(prefix="columns-")
    try:
        with open(number, "wb") as file:
            read = read_upload(path, file, live=live, go_on=lambda: _go_on(run))
        key = f"{COPIES}/{new_id()}"
        storage().upload(key, Path(name))
    finally:
        os.unlink(name)
    return Copied(key, read)


def _go_on(run: Run) -> None:
    if run.cancelled or run.stopping:
        raise Unavailable("worker_stopping")
