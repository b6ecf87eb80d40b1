"""Packages of the distribution: which are missing, and how they get onto the machine.

As a command, run as root: `python -m deploy.local.packages PACKAGE…` installs them.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import postgres, rabbitmq

_POLICY = Path("/usr/sbin/policy-rc.d")
_FORMER_POLICY = Path("/usr/sbin/policy-rc.d.before-conversation-crm")
_OUR_POLICY = (
    "#!/bin/sh\n# Put here by `make run` while it installs packages; it starts no service.\nexit 101\n"
)


class MissingPackages(Exception):
    """They are needed, and only the user can install them."""


def missing(*, servers: bool) -> list[str]:
    """Packages to install: for the virtual environment, and with `servers` for PostgreSQL and RabbitMQ."""
    packages = []
    if importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    if servers and not postgres.installed_versions():
        packages.append("postgresql")
    if servers and not rabbitmq.is_installed():
        packages.append("rabbitmq-server")
    return packages


def ensure_packages(*, servers: bool) -> None:
    """Installs what is missing, as root or through sudo. MissingPackages says what to do if it cannot."""
    packages = missing(servers=servers)
    if not packages:
        return
    command = f"apt-get install {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise MissingPackages(f"Please install, with this system's package manager: {', '.join(packages)}")
    if not _may_become_root():
        raise MissingPackages(f"Please run, as root:\n\n    apt-get update && {command}\n")
    print(f"Installing {', '.join(packages)} (no service of theirs is started) …", flush=True)
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    here = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [*as_root, sys.executable, "-m", "deploy.local.packages", *packages], cwd=here, check=False
    )
    left = missing(servers=servers)
    if done.returncode or left:
        raise MissingPackages(f"{command} did not help; still missing: {', '.join(left or packages)}")


def install(packages: list[str]) -> int:
    """apt-get, without questions and without starting what is installed. Returns its exit status."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_service_starts():
        for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
            command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0", *arguments]
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
            # A broken third-party source fails the update, and need not matter for what we want.
            if done.returncode and "install" in arguments:
                return done.returncode
    return 0


@contextmanager
def _no_service_starts() -> Iterator[None]:
    if not (_POLICY.exists() and _POLICY.read_text() == _OUR_POLICY):
        if _POLICY.exists() or _POLICY.is_symlink():
            _POLICY.rename(_FORMER_POLICY)
        _POLICY.write_text(_OUR_POLICY)
        _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()
        # Also that of a run before this one which did not get this far.
        if _FORMER_POLICY.exists() or _FORMER_POLICY.is_symlink():
            _FORMER_POLICY.rename(_POLICY)


def _may_become_root() -> bool:
    if os.geteuid() == 0:
        return True
    if shutil.which("sudo") is None:
        return False
    # With a terminal sudo can ask for the password; without one only a rule without password helps.
    return (
        sys.stdin.isatty()
        or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    )


if __name__ == "__main__":
    sys.exit(install(sys.argv[1:]))
