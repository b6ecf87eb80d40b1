"""Which accounts can be asked, and that no binding of one matches another."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customers.outreach.domain.account import Account, find_account

CHANNELS = st.from_regex(r"[a-z][a-z0-9_.-]{0,10}", fullmatch=True)
NAMES = st.text("aZ0.*#%/-_~+@ éä9E2", min_size=1, max_size=8)


def matches(binding: str, key: str) -> bool:
    """As RabbitMQ's topic exchange decides."""
    words = [{"*": r"[^.]*", "#": ".*"}.get(word, re.escape(word)) for word in binding.split(".")]
    return re.fullmatch(r"\.".join(words), key) is not None


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("/channels/whatsapp/acme-main", "whatsapp.acme-main"),
        ("/channels/whatsapp/acme.main", "whatsapp.acme%2Emain"),
        ("/channels/whatsapp/acme%2Emain", "whatsapp.acme%252Emain"),
        ("/channels/email/info@acme.com", "email.info%40acme%2Ecom"),
        ("/channels/whatsapp/*", "whatsapp.%2A"),
        ("/channels/whatsapp/#", "whatsapp.%23"),
        ("/channels/whatsapp/br/acme", "whatsapp.br%2Facme"),
        ("/channels/web.chat/x", "web%2Echat.x"),
        ("/channels/whatsapp/ação", "whatsapp.a%C3%A7%C3%A3o"),
    ],
)
def test_a_source_has_a_routing_key_of_five_words(source: str, key: str):
    account = find_account(source)
    assert account is not None
    assert account.source == source
    assert account.routing_key == f"conversation.requested.v1.{key}"
    assert len(account.routing_key.split(".")) == 5


@pytest.mark.parametrize(
    "source",
    [
        "",
        "whatsapp",
        "/channels/whatsapp",
        "/channels/whatsapp/",
        "/channels//acme",
        "/channels/WhatsApp/acme",
        "/channels/whatsapp/a b",
        "/channels/whatsapp/a\x00",
        "/channels/whatsapp/a\n",
        "/channels/whatsapp/\ud800",
        "/other/whatsapp/acme",
        " /channels/whatsapp/acme",
        "/channels/whatsapp/" + "a" * 240,
        "/channels/whatsapp/" + "é" * 60,
    ],
)
def test_of_such_a_source_nothing_can_be_asked(source: str):
    assert find_account(source) is None


@given(CHANNELS, NAMES, CHANNELS, NAMES)
def test_no_account_hears_what_is_asked_of_another(channel: str, name: str, other: str, others: str):
    one, two = Account(channel, name), Account(other, others)
    assert matches(one.routing_key, two.routing_key) == (one == two)
