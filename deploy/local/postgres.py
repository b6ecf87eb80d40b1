"""A private PostgreSQL: its own data, port and passwords, on the loopback interface only."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.local.program import Program, StepFailed, as_user

DEPLOY = Path(__file__).resolve().parents[1]
LOWEST_VERSION = 15
_FAST_BUT_FORGETFUL = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """Where a server keeps its data and how to reach it as its superuser."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    def url(self, *, user: str = "postgres", password: str | None = None, database: str = "postgres") -> str:
        """How a client connects."""
        secret = quote(password or self.password, safe="")
        return f"postgresql://{quote(user)}:{secret}@127.0.0.1:{self.port}/{database}"

    def program(self) -> Program:
        """Prepares the data folder if it is new, and says how to run the server on it."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        settings = (DEPLOY / "postgres" / "postgresql.conf").read_text()
        settings += "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
        self._write("crm.conf", settings if self.durable else settings + _FAST_BUT_FORGETFUL)
        return Program(
            name="postgres",
            command=(str(self._tool("postgres")), "-D", str(self._data), "-p", str(self.port)),
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            directory=self.folder,
            stage=1,
            user=_user(),
            stop_signal=signal.SIGINT,  # "fast": ends sessions, then writes everything down
            stop_seconds=30,
            is_ready=self.is_ready,
        )

    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        command = [str(self._tool("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def _initialise(self) -> None:
        # An interrupted run leaves half a folder: made beside and renamed, it is there whole or not at all.
        half, password_file = self.folder / "data.new", self.folder / "password.new"
        shutil.rmtree(half, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        _give(self.folder)
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        _give(password_file)
        command = [
            str(self._tool("initdb")),
            "-D",
            str(half),
            "-U",
            "postgres",
            "--pwfile",
            str(password_file),
        ]
        command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]
        try:
            _run_quietly(command, self.folder)
        finally:
            password_file.unlink()
        with (half / "postgresql.conf").open("a") as conf:
            conf.write("include = 'crm.conf'\n")
        half.rename(self._data)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _write(self, name: str, text: str) -> None:
        path = self._data / name
        path.write_text(text)
        _give(path)

    def _tool(self, name: str) -> Path:
        # Data of one major version cannot be opened by another.
        version_file = self._data / "PG_VERSION"
        version = version_file.read_text().strip() if version_file.exists() else None
        return tools_folder(version) / name


def tools_folder(version: str | None = None) -> Path:
    """Where the programs of PostgreSQL are: of that major version, or of the newest installed one."""
    found = sorted(installed_versions()) if version is None else [int(version)]
    if not found:
        raise FileNotFoundError(f"PostgreSQL {LOWEST_VERSION} or later is not installed")
    return Path(f"/usr/lib/postgresql/{found[-1]}/bin")


def installed_versions() -> list[int]:
    """Major versions of servers on this machine that are new enough."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    versions = [int(folder.parts[4]) for folder in folders if re.fullmatch(r"\d+", folder.parts[4])]
    return [version for version in versions if version >= LOWEST_VERSION]


def run_sql_file(server_url: str, name: str, variables: Mapping[str, str]) -> None:
    """Runs a file of deploy/postgres as superuser. Passwords travel in the environment: `ps` shows none."""
    command = [str(tools_folder() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    command += ["-f", str(DEPLOY / "postgres" / name), server_url]
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StepFailed(name, "failed", done.stderr.splitlines())


def _run_quietly(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, **as_user(_user())
    )
    if done.returncode:
        raise StepFailed(command[0], "failed", done.stderr.splitlines())


def _user() -> str | None:
    return "postgres" if os.geteuid() == 0 else None


def _give(path: Path) -> None:
    """To the user as whom the server runs."""
    user = _user()
    if user is not None:
        owner = pwd.getpwnam(user)
        os.chown(path, owner.pw_uid, owner.pw_gid)
