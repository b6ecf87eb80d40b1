from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from servicekit.settings import ServiceSettings, SettingsError, load, load_or_exit

URL = "amqp://user:hunter2@broker/"


@dataclass(frozen=True, kw_only=True)
class Example(ServiceSettings):
    region: str
    secret: str = field(repr=False)
    retries: int = 3
    ratio: float | None = None
    strict: bool = False


def test_values_come_from_the_environment_in_their_types():
    environ = {
        "AMQP_URL": URL, "REGION": "BR", "SECRET": "s", "RETRIES": "5", "RATIO": "0.5", "STRICT": "true",
    }  # fmt: skip
    settings = load(Example, environ)
    assert (settings.region, settings.retries, settings.ratio, settings.strict) == ("BR", 5, 0.5, True)
    assert settings.rpc_workers == 50


def test_every_fault_is_named_at_once_and_no_value_is_shown():
    environ = {"SECRET": "hunter2", "RETRIES": "hunter2", "RATIO": "-1", "STRICT": "maybe"}
    with pytest.raises(SettingsError) as caught:
        load(Example, environ)
    assert {problem.split()[0] for problem in caught.value.problems} == {
        "AMQP_URL", "REGION", "RETRIES", "RATIO", "STRICT",
    }  # fmt: skip
    assert "hunter2" not in str(caught.value)


def test_empty_variable_counts_as_missing():
    with pytest.raises(SettingsError, match="REGION is missing"):
        load(Example, {"AMQP_URL": URL, "SECRET": "s", "REGION": ""})


def test_secrets_are_not_in_the_repr():
    settings = load(Example, {"AMQP_URL": URL, "SECRET": "hunter2", "REGION": "BR"})
    assert "hunter2" not in repr(settings)


def test_command_ends_with_status_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delenv("AMQP_URL", raising=False)
    with pytest.raises(SystemExit) as ended:
        load_or_exit(ServiceSettings)
    assert ended.value.code == 2
    assert "AMQP_URL is missing" in capsys.readouterr().err
