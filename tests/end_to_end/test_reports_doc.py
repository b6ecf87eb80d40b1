"""What docs/reports.md has people try does what it says, against a system that runs."""

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

DOCUMENT = CHECKOUT / "docs" / "reports.md"
_EXAMPLE = re.compile(r"<!-- example: report\.sh -->\n```sh\n(.*?)```", re.DOTALL)
_SAID = re.compile(r"<!-- what it says -->\n```\n(.*?)```", re.DOTALL)


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="curl is not installed (Debian: apt-get install curl)"
)
def test_reasons_for_not_buying_by_source_and_status(system: RunningSystem, admin: Api, tmp_path: Path):
    text = DOCUMENT.read_text(encoding="utf-8")
    [script], [said] = _EXAMPLE.findall(text), _SAID.findall(text)
    token = admin.http.headers["Authorization"].removeprefix("Bearer ")
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        env={"PATH": os.environ["PATH"], "CRM_URL": system.url, "TOKEN": token},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows, total, name, customers, *sheet = done.stdout.splitlines()
    assert (rows, total, name, customers) == ("8", "8", "Price", "5")
    assert [line.removeprefix("\ufeff") for line in sheet] == said.splitlines()
