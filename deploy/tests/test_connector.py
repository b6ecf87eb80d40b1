"""`make connector` with what it cannot use."""

import pytest

from deploy.local.connector import main as make_connector
from deploy.rabbitmq.connector import main as make_queue


@pytest.mark.parametrize(
    ("name", "source"),
    [("", "/channels/sms/a"), ("Whatsapp", ""), ("a.b", ""), ("sms", "sms/a"), ("sms", "#")],
)
def test_nothing_is_made_for_a_wrong_name_or_source(
    name: str, source: str, capsys: pytest.CaptureFixture[str]
):
    assert make_connector(name, (source,) if source else ()) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["sms"], ["a.b", "/channels/sms/a"], ["sms", "sms/a"]])
def test_a_queue_needs_a_name_and_accounts(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AMQP_URL", "amqp://127.0.0.1:9")
    assert make_queue(arguments) in (1, 2)
    assert capsys.readouterr().err
