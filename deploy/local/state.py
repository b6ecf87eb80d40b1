"""`.local/`: the data, passwords and logs of what runs on this machine."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


class AlreadyRunning(Exception):
    """Another supervisor holds this folder."""


class UnsafeFolder(Exception):
    """Somebody else owns a folder that has to be ours."""


class LocalState:
    """The folder in which one system on this machine keeps everything that outlives it."""

    def __init__(self, folder: Path = CHECKOUT / ".local") -> None:
        self.folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def status_file(self) -> Path:
        return self.folder / "status.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder for this process; raises AlreadyRunning if another one does."""
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning from None
            yield

    def is_held(self) -> bool:
        """Whether a supervisor runs on this folder, be it in this process."""
        try:
            with self.held():
                return False
        except AlreadyRunning:
            return True

    def secret(self, name: str) -> str:
        """A random password that is made when first asked for and stays the same afterwards."""
        return self.known_secrets().get(name) or self._keep_secret(name, secrets.token_urlsafe(18))

    def known_secrets(self) -> dict[str, str]:
        """All of them, by name."""
        try:
            return dict(json.loads(self._secrets_file.read_text()))
        except FileNotFoundError:
            return {}

    def write_private(self, name: str, text: str) -> Path:
        """A file of the folder that only its owner may read."""
        path, fresh = self.folder / name, self.folder / f"{name}.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        fresh.replace(path)
        return path

    def folder_for_postgres(self) -> Path:
        """Where PostgreSQL keeps its data.

        It refuses to run as root, and the user that it runs as instead often may not enter the checkout;
        so its folder is then one under /var/tmp, named after the checkout and linked from here.
        """
        if os.geteuid() != 0:
            return self.folder / "postgres"
        owner = pwd.getpwnam("postgres")
        place = Path("/var/tmp") / f"conversation-crm-{hashlib.sha256(bytes(self.folder)).hexdigest()[:12]}"
        link = self.folder / "postgres"
        if not link.is_symlink():
            _move_aside(place)
            place.mkdir(mode=0o700)
            os.chown(place, owner.pw_uid, owner.pw_gid)
            link.symlink_to(place)
        _check_owner(place, owner.pw_uid)
        return place

    @property
    def _secrets_file(self) -> Path:
        return self.folder / "secrets.json"

    def _keep_secret(self, name: str, value: str) -> str:
        self.write_private("secrets.json", json.dumps({**self.known_secrets(), name: value}, indent=1))
        return value


def _move_aside(place: Path) -> None:
    # Left by a former checkout at the same path, whose passwords are gone with it.
    if place.is_symlink() or place.exists():
        place.rename(place.with_name(f"{place.name}-until-{int(time.time())}"))


def _check_owner(place: Path, owner: int) -> None:
    # Anybody may create names in /var/tmp: never start a server in a folder that is not its own.
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise UnsafeFolder(f"{place} does not belong to the user postgres; remove it and try again")
