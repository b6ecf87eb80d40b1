"""What docs/importing.md has people try does what it says, against a system that runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.local.state import CHECKOUT
from deploy.local.system import RunningSystem
from tests.support.api import Api

DOCUMENT = CHECKOUT / "docs" / "importing.md"
_EXAMPLE = re.compile(r"<!-- example: import\.sh -->\n```sh\n(.*?)```", re.DOTALL)


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed (Debian: apt-get install curl)"
)
def test_a_file_comes_in_and_goes_again(system: RunningSystem, admin: Api, tmp_path: Path):
    [script] = _EXAMPLE.findall(DOCUMENT.read_text(encoding="utf-8"))
    token = admin.http.headers["Authorization"].removeprefix("Bearer ")
    environment = {"PATH": os.environ["PATH"], "CRM_URL": system.url, "TOKEN": token}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [";", "phone", "1", "damaged_number", "1", "damaged_number"]
