"""`make rebuild-index` without a system to do it to."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from deploy.local import rebuild
from deploy.local.state import LocalState


def test_without_a_system_it_says_what_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(rebuild, "LocalState", lambda: LocalState(tmp_path))
    assert rebuild.main() == 1
    assert "make run" in capsys.readouterr().err


def test_the_command_that_it_becomes_is_there():
    assert find_spec(rebuild.COMMAND) is not None
