"""One event, read: what is credible in it, and what is left out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.customers.history.domain.contact import NotAPerson
from services.customers.history.domain.heard import Heard, read
from services.customers.history.domain.parts import value
from services.customers.tests.history.told import NOON, a_message, an_event, minutes


def heard(event, received=NOON + timedelta(hours=1)) -> Heard:
    return read(
        event.type, event.data, event=event.key, at=event.time, received=received, default_region="BR"
    )


def test_a_time_more_than_five_minutes_ahead_is_the_time_of_receipt():
    assert heard(an_event("closed", at=minutes(5)), received=NOON).at == minutes(5)
    assert heard(an_event("closed", at=minutes(5.01)), received=NOON).at == NOON


def test_a_message_without_an_id_has_its_events():
    assert heard(a_message(event_id="e-1")).message.external_id == "e-1"
    assert heard(a_message(event_id="e-1", external_id="wamid.X")).message.external_id == "wamid.X"


def test_addresses_are_normalised_and_each_is_there_once():
    spellings = ["5511987654321@s.whatsapp.net", "+55 (11) 98765-4321", "551187654321@c.us"]
    identities = [{"kind": "whatsapp", "value": value} for value in spellings]
    identities.append({"kind": "external", "scope": "acme-main", "value": "BR.1502576394655843"})
    found = [
        (a.point.identity.space, a.point.identity.value)
        for a in heard(an_event("closed", identities=identities)).addresses
    ]
    assert found == [("line", "+5511987654321"), ("external:acme-main", "BR.1502576394655843")]


@pytest.mark.parametrize("crowd", ["120363025246125486@g.us", "status@broadcast", "1203630252@newsletter"])
def test_what_is_said_among_many_is_nobodys(crowd):
    with pytest.raises(NotAPerson):
        heard(an_event("started", identities=[{"kind": "whatsapp", "value": crowd}]))


def test_what_nobody_can_write_to_is_left_out_and_counted():
    odd = [{"kind": "email", "value": "nobody"}, {"kind": "fax", "value": "1"}]
    event = heard(an_event("started", identities=odd))
    assert (event.addresses, event.unusable) == ((), 2)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("  Ana\n Souza ", "Ana Souza"),
        ("+55 11 98765-4321", None),
        ("ana@example.com", None),
        ("", None),
        (None, None),
        ("A" * 300, "A" * 200),
    ],
)
def test_a_name_is_a_real_one_or_none(said, name):
    assert value(heard(an_event("started", name=said)).parts, "name") == name


def test_a_preview_is_cut_and_has_nothing_that_chokes():
    assert heard(a_message("Olá\x07!\n" + "x" * 2_000)).message.preview == "Olá!\n" + "x" * 995


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("/channels/telegram/acme", "telegram"),
        ("/channels/telegram", "telegram"),
        ("https://x.test", "other"),
    ],
)
def test_a_channel_that_is_not_named_is_the_sources(source, channel):
    assert heard(an_event("closed", channel=None, source=source)).channel == channel
