"""What docs/merging.md has people try does what it says, against a system that runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from deploy.local.state import CHECKOUT
from deploy.local.system import RunningSystem
from tests.support.api import Api

DOCUMENT = CHECKOUT / "docs" / "merging.md"
_EXAMPLE = re.compile(r"<!-- example: merge\.sh -->\n```sh\n(.*?)```", re.DOTALL)


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed (Debian: apt-get install curl)"
)
def test_two_customers_become_one_and_two_again(system: RunningSystem, admin: Api):
    [script] = _EXAMPLE.findall(DOCUMENT.read_text(encoding="utf-8"))
    token = admin.http.headers["Authorization"].removeprefix("Bearer ")
    environment = {"PATH": os.environ["PATH"], "CRM_URL": system.url, "TOKEN": token}
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    address, status, tag, lost, name = done.stdout.splitlines()
    assert re.fullmatch(r"ana\.souza\.\d+@example\.com", address)
    assert (status, tag, lost, name) == ("308", "lead", "[]", "Souza, Ana")
