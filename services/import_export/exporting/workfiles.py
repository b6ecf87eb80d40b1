"""Files that this worker process is writing, between one step and the next.

They are its own: another process that goes on with an export begins anew. All lie in one folder, which goes
with the process; what a process that was killed has left behind, the next one on the machine clears away.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from directory.file_rights import Rights
from servicekit import jobs
from servicekit.database import Transactions
from servicekit.ids import new_id
from servicekit.storage import Storage
from services.import_export.exporting.expiry import FOLDER
from services.import_export.exporting.sorting import Row, Sorter
from services.import_export.formats.domain.columns import Column
from services.import_export.formats.writers import Options, open_writer

PREFIX: Final = "crm-exports-"
_LOCK: Final = "lock"
_LOOK_SECONDS: Final = 5.0
_IDLE_SECONDS: Final = 900.0


class WorkFile:
    """One file on its way. `token` is what the job knows it by, `key` where it is in storage in the end."""

    def __init__(
        self,
        format: str,
        columns: Sequence[Column],
        options: Options,
        *,
        sort: Mapping[str, Any] | None = None,
    ) -> None:
        self.token = new_id().hex
        self.rows = 0
        self.next: str | None = None
        self.is_whole = False
        self.rights: Rights | None = None
        self.key: str | None = None
        self.size = 0
        self.used = time.monotonic()
        self._is_given_up = False
        self._folder = Path(tempfile.mkdtemp(dir=home()))
        self._path = self._folder / "file"
        self._writer = open_writer(format, self._path, columns, replace(options, folder=self._folder))
        self._sorter = Sorter(self._folder, descending=sort["descending"]) if sort else None

    @property
    def is_to_be_sorted(self) -> bool:
        return self._sorter is not None

    def write(
        self, rows: Sequence[Row], *, keys: Sequence[Row] | None, rights: Rights, next: str | None
    ) -> None:
        """The next rows, read with these rights. Raises CannotBeWritten."""
        if self._sorter is None:
            self._writer.write(rows)
        else:
            self._sorter.add(rows, keys or ())
        self.rows += len(rows)
        self.rights = self.rights.with_those(rights) if self.rights else rights
        self.next, self.is_whole = next, next is None

    def write_sorted(self, limit: int) -> None:
        """The next of all rows, when they are all there. Raises CannotBeWritten."""
        assert self._sorter is not None
        rows = self._sorter.next(limit)
        self._writer.write(rows)
        if not rows:
            self._sorter = None

    def finish(self, storage: Storage) -> None:
        """Puts the whole file into storage, and away from here; given up meanwhile, only the latter."""
        try:
            self._writer.close()
            if not self._is_given_up:
                key = f"{FOLDER}/{new_id()}"
                storage.upload(key, self._path)
                self.size, self.key = self._path.stat().st_size, key
        finally:
            self._remove()

    def abandon(self) -> None:
        self._is_given_up = True
        self._writer.abandon()
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


_mutex: Final = threading.Lock()
_parked: Final[dict[UUID, WorkFile]] = {}
_looking: Final = threading.Event()
_locks: Final[list[int]] = []  # open as long as the process lives


def take(job_id: UUID, *, token: str | None) -> WorkFile | None:
    """The file of this job, if this process is who wrote it last. Whoever takes it parks or abandons it."""
    with _mutex:
        file = _parked.pop(job_id, None)
    if file is not None and file.token != token:
        file.abandon()
        return None
    return file


def park(job_id: UUID, file: WorkFile, database: Transactions) -> None:
    """Until the next step. If there is none, because the job was cancelled, it is cleared away."""
    file.used = time.monotonic()
    with _mutex:
        _parked[job_id] = file
    _look_later(database)


def abandon_all() -> None:
    with _mutex:
        files = list(_parked.values())
        _parked.clear()
    for file in files:
        file.abandon()


def abandon_unwanted(database: Transactions) -> None:
    """Of jobs that are over, and those that another process must have taken over long ago."""
    with _mutex:
        ids = list(_parked)
    with database.reading() as connection:
        found = {job_id: jobs.find(connection, job_id) for job_id in ids}
    for job_id, job in found.items():
        with _mutex:
            file = _parked.get(job_id)
            idle = file is not None and time.monotonic() - file.used > _IDLE_SECONDS
            if file is None or not (idle or job is None or job.is_finished):
                continue
            del _parked[job_id]
        file.abandon()


def _look_later(database: Transactions) -> None:
    if not _looking.is_set():
        _looking.set()
        timer = threading.Timer(_LOOK_SECONDS, _look, (database,))
        timer.daemon = True
        timer.start()


def _look(database: Transactions) -> None:
    _looking.clear()
    with suppress(Exception):  # the database may be down: then later
        abandon_unwanted(database)
    if _parked:
        _look_later(database)


@cache
def home() -> Path:
    """The folder of this process. Its lock says that the process lives."""
    clear_left_behind()
    folder = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    _locks.append(os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600))
    fcntl.flock(_locks[-1], fcntl.LOCK_EX)
    home = folder.rename(folder.with_name(folder.name.removeprefix(".")))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def clear_left_behind() -> None:
    """Folders of processes that are no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
