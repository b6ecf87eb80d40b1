"""`.venv`, made from requirements.lock: every file checked against its hash, nothing resolved anew."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = CHECKOUT / ".venv"
PYTHON = FOLDER / "bin" / "python"
_LOCK = CHECKOUT / "requirements.lock"
_STAMP = FOLDER / "made-from-lock"


class CouldNotInstall(Exception):
    """pip or venv failed; what it said is on the console already."""


def ensure_venv() -> None:
    """Makes or brings up to date what is missing; takes no time when there is nothing to do.

    The stamp is written last and taken away first, so an interrupted run is never mistaken for a whole one.
    """
    (CHECKOUT / ".local").mkdir(exist_ok=True)
    with (CHECKOUT / ".local" / "venv-lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_current():
            return
        if not (_STAMP.exists() and _works()):
            print("Making .venv …", flush=True)
            _run(sys.executable, "-m", "venv", "--clear", str(FOLDER))
        _STAMP.unlink(missing_ok=True)
        print("Installing what requirements.lock names …", flush=True)
        pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, "--require-hashes", "--no-deps", "-r", str(_LOCK))
        _write_import_roots()
        _STAMP.write_text(_fingerprint())


def _is_current() -> bool:
    return _STAMP.exists() and _STAMP.read_text() == _fingerprint() and _works()


def _works() -> bool:
    """False when the interpreter that it was made with has gone."""
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0


def _fingerprint() -> str:
    # With the place: a copied or moved checkout brings the paths of the old one along.
    return hashlib.sha256(_LOCK.read_bytes() + bytes(CHECKOUT)).hexdigest()


def _write_import_roots() -> None:
    (packages,) = FOLDER.glob("lib/python3*/site-packages")
    (packages / "conversation_crm.pth").write_text(f"{CHECKOUT}\n{CHECKOUT / 'libs'}\n")


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True)
    except subprocess.CalledProcessError as error:
        raise CouldNotInstall(f"`{' '.join(command)}` failed with status {error.returncode}") from None
