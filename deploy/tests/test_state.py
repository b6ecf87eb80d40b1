import os
import stat
from pathlib import Path

import pytest

from deploy.local.state import AlreadyRunning, LocalState


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    return LocalState(tmp_path / ".local")


def test_a_secret_is_made_once_and_kept_from_others(state: LocalState):
    first = state.secret("administrator")
    assert len(first) >= 20
    assert LocalState(state.folder).secret("administrator") == first
    assert state.secret("another") != first
    assert stat.S_IMODE((state.folder / "secrets.json").stat().st_mode) == 0o600


def test_only_one_process_holds_the_folder(state: LocalState):
    with state.held():
        assert state.is_held()
        with pytest.raises(AlreadyRunning), LocalState(state.folder).held():
            pass
    assert not state.is_held()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give PostgreSQL another user's folder")
def test_as_root_postgres_gets_a_folder_that_it_may_enter_and_that_is_linked(state: LocalState):
    place = state.folder_for_postgres()
    try:
        assert place.owner() == "postgres"
        assert (state.folder / "postgres").resolve() == place
        assert LocalState(state.folder).folder_for_postgres() == place
    finally:
        place.rmdir()
