"""What users, keys and sources must be. Pure."""

from __future__ import annotations

import pytest

from gateway.accounts.rules import checked_email, checked_key, keeps_an_administrator, within_source
from gateway.accounts.tokens import API_KEY, SESSION, digest_of, new_token
from gateway.incoming_events import BATCH, SINGLE, check_sources, check_teams, read_events
from servicekit.errors import Conflict, Forbidden, Invalid

ADMIN = {"active": True, "role": "admin"}
EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/channels/web/acme",
    "type": "conversation.started.v1",
    "data": {"conversation": {"id": "c1", "channel": "web"}},
}


def test_the_last_administrator_stays_one():
    for change in ({"active": False}, {"role": "agent"}):
        with pytest.raises(Conflict):
            keeps_an_administrator(ADMIN, ADMIN | change, other_active_admins=0)


def test_an_administrator_may_go_while_there_is_another():
    keeps_an_administrator(ADMIN, ADMIN | {"active": False}, other_active_admins=1)
    keeps_an_administrator(ADMIN | {"role": "agent"}, ADMIN | {"active": False}, other_active_admins=0)


@pytest.mark.parametrize(
    "key",
    [
        {"role": "connector"},
        {"role": "agent"},
        {"role": "agent", "teams": ["t"], "source": "/x"},
        {"role": "admin", "teams": ["t"]},
        {"role": "admin", "source": "/x"},
        {"role": "connector", "source": "channels"},
        {"role": "connector", "source": "/a b"},
    ],
)
def test_a_key_whose_rights_do_not_fit_its_role_is_refused(key):
    with pytest.raises(Invalid):
        checked_key(key)


def test_a_source_prefix_ends_at_a_segment():
    assert within_source("/channels/web", "/channels/web")
    assert within_source("/channels/web", "/channels/web/acme")
    assert within_source("/channels/web/", "/channels/web/acme")
    assert not within_source("/channels/web", "/channels/website")
    assert not within_source("/channels/web", "/channels")


def test_tokens_are_long_random_and_known_by_their_digest():
    one, other = new_token(SESSION), new_token(SESSION)
    assert one.text != other.text
    assert len(one.text) == len(SESSION) + 43
    assert digest_of(one.text.encode()) == one.digest
    assert digest_of(new_token(API_KEY).text.encode()) is not None


@pytest.mark.parametrize("token", [b"", b"x", b"session_" + b"x" * 1_000_000, b"\xff" * 50])
def test_what_cannot_be_a_token_is_not_looked_up(token):
    assert digest_of(token) is None


@pytest.mark.parametrize("email", ["", "a", "a@", "@b", "a b@c", "a@b@c"])
def test_what_is_no_email_is_refused(email):
    with pytest.raises(Invalid):
        checked_email(email)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"specversion": "0.3"}, "/1/specversion"),
        ({"id": ""}, "/1/id"),
        ({"source": "web"}, "/1/source"),
        ({"type": "Conversation"}, "/1/type"),
        ({"time": "yesterday"}, "/1/time"),
        ({"time": "2026-01-01T00:00:00"}, "/1/time"),
        ({"data": []}, "/1/data"),
        ({"datacontenttype": "text/xml"}, "/1/datacontenttype"),
    ],
)
def test_a_malformed_event_is_pointed_at(change, pointer):
    with pytest.raises(Invalid) as raised:
        read_events(BATCH, [EVENT, EVENT | change])
    assert [fault["pointer"] for fault in raised.value.payload["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("kind", "body"), [(SINGLE, [EVENT]), (BATCH, EVENT), (BATCH, []), (SINGLE, "x"), (BATCH, [1])]
)
def test_a_body_of_another_shape_is_refused(kind, body):
    with pytest.raises(Invalid):
        read_events(kind, body)


def test_unknown_attributes_of_events_are_ignored():
    assert read_events(SINGLE, EVENT | {"traceparent": "x"}) == ([EVENT | {"traceparent": "x"}], False)


def test_a_connector_writes_its_own_sources_only():
    check_sources([EVENT], "/channels/web", batch=False)
    check_sources([EVENT], None, batch=False)
    with pytest.raises(Forbidden):
        check_sources([EVENT, EVENT | {"source": "/channels/sms"}], "/channels/web", batch=True)


def test_a_connector_writes_for_its_own_teams_only():
    def named(team):
        return EVENT | {"data": {"conversation": {"team": team}}}

    mine = {"11111111-0000-7000-8000-000000000000": "Sales"}
    check_teams([EVENT, named(" sales "), named(next(iter(mine)))], mine, batch=True)
    with pytest.raises(Forbidden) as raised:
        check_teams([named("Sales"), named("Support")], mine, batch=True)
    assert raised.value.payload["errors"][0]["pointer"] == "/1/data/conversation/team"


@pytest.mark.parametrize("about", ["conversation", "appointment", "purchase"])
def test_whatever_an_event_is_about_may_not_name_another_team(about):
    with pytest.raises(Forbidden) as raised:
        check_teams([EVENT | {"data": {about: {"id": "1", "team": "Support"}}}], {}, batch=False)
    assert raised.value.payload["errors"][0]["pointer"] == f"/data/{about}/team"


def test_the_data_of_a_known_type_is_held_against_its_contract_and_that_of_another_is_not():
    with pytest.raises(Invalid) as refused:
        read_events(BATCH, [EVENT, EVENT | {"data": {"conversation": {"channel": "web"}}}])
    assert [fault["pointer"] for fault in refused.value.payload["errors"]] == ["/1/data/conversation/id"]

    later = EVENT | {"type": "conversation.summarised.v1", "data": {}}
    assert read_events(SINGLE, later) == ([later], False)
