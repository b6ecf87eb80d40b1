import json
from pathlib import Path

import pytest

from deploy.local.logs import LogFile


@pytest.fixture
def log(tmp_path: Path) -> LogFile:
    return LogFile(tmp_path / "customers.log")


def _write(log: LogFile, *lines: str) -> None:
    with log.path.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({"level": "ERROR", "message": "failed"}),
        '{"level":"critical","message":"service died"}',
        "2026-01-01 00:00:00.000+00:00 [error] <0.1.0> closing connection",
        "2026-01-01 00:00:00.000 UTC [7] FATAL:  password authentication failed",
    ],
)
def test_errors_are_told_whoever_wrote_them(log: LogFile, line: str):
    _write(log, '{"level":"info","message":"no error here"}', line)
    assert log.new_errors() == [line]


def test_an_error_is_told_once(log: LogFile):
    _write(log, "ERROR: one")
    log.new_errors()
    assert log.new_errors() == []


def test_a_flood_of_errors_is_summed_up(log: LogFile):
    _write(log, *["ERROR: again"] * 50)
    assert log.new_errors()[3:] == [f"… 47 more errors in {log.path}"]


def test_last_words_are_those_of_the_present_run(log: LogFile):
    _write(log, "of the run before")
    log.mark_start()
    assert log.last_line() == ""
    _write(log, "of this run")
    assert log.last_line() == "of this run"


def test_a_long_log_is_put_aside_and_the_program_goes_on_writing(
    log: LogFile, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("deploy.local.logs._ROTATE_BYTES", 100)
    with log.path.open("a", buffering=1) as program:
        program.write("x" * 200 + "\n")
        log.rotate()
        program.write("ERROR: after\n")
    assert log.path.with_suffix(".log.1").stat().st_size == 201
    assert log.new_errors() == ["ERROR: after"]
