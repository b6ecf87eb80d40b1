"""Settings → Customers: what may be set, and to what."""

from __future__ import annotations

import pytest

from servicekit.errors import Invalid
from services.customers.settings.domain import CustomerSettings, changed

SALES = "018f2a54-0000-7000-8000-000000000001"
SUPPORT = "018f2a54-0000-7000-8000-000000000002"
TEAMS = {SALES, SUPPORT}


def test_a_patch_changes_what_it_names_and_counts_a_version():
    settings = changed(
        CustomerSettings(version=4), {"default_region": "pt", "time_zone": "Europe/Lisbon"}, known_teams=TEAMS
    )
    assert settings == CustomerSettings(default_region="PT", time_zone="Europe/Lisbon", version=5)


def test_channel_teams_are_merged_and_null_takes_one_out():
    settings = CustomerSettings(channel_teams={"whatsapp": SALES, "telegram": SALES})
    patch = {"channel_teams": {"telegram": None, "/channels/instagram/shop": SUPPORT.upper()}}
    assert changed(settings, patch, known_teams=TEAMS).channel_teams == {
        "whatsapp": SALES,
        "/channels/instagram/shop": SUPPORT,
    }


def test_null_takes_all_channel_teams_out():
    settings = CustomerSettings(channel_teams={"whatsapp": SALES}, default_team=SALES)
    patched = changed(settings, {"channel_teams": None, "default_team": None}, known_teams=TEAMS)
    assert (patched.channel_teams, patched.default_team) == ({}, None)


@pytest.mark.parametrize(
    ("patch", "pointer", "code"),
    [
        ({"allow_duplicates": "yes"}, "/allow_duplicates", "invalid_boolean"),
        ({"default_region": "XX"}, "/default_region", "unknown_region"),
        ({"default_region": None}, "/default_region", "unknown_region"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone", "unknown_time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/time_zone", "unknown_time_zone"),
        ({"default_team": "018f2a54-0000-7000-8000-00000000ffff"}, "/default_team", "unknown_team"),
        ({"default_team": 5}, "/default_team", "unknown_team"),
        ({"channel_teams": ["x"]}, "/channel_teams", "invalid_object"),
        ({"channel_teams": {"a/b": "x"}}, "/channel_teams/a~1b", "unknown_team"),
        ({"channel_teams": {"": SALES}}, "/channel_teams", "invalid_source"),
        ({"channel_teams": {str(n): SALES for n in range(501)}}, "/channel_teams", "too_many"),
        ({"version": 3}, "/version", "unknown_property"),
        ({"theme": "dark"}, "/theme", "unknown_property"),
    ],
)
def test_what_cannot_be_set_is_refused(patch, pointer, code):
    with pytest.raises(Invalid) as refused:
        changed(CustomerSettings(), patch, known_teams=TEAMS)
    assert [(e["pointer"], e["code"]) for e in refused.value.payload["errors"]] == [(pointer, code)]


def test_the_source_decides_before_the_channel_and_the_channel_before_the_default():
    settings = CustomerSettings(
        default_team="c", channel_teams={"whatsapp": "b", "/channels/whatsapp/a": "a"}
    )
    asked = [("/channels/whatsapp/a", "whatsapp"), ("/channels/whatsapp/b", "whatsapp"), ("/x", "telegram")]
    assert [settings.team_of(source=source, channel=channel) for source, channel in asked] == ["a", "b", "c"]
    assert CustomerSettings().team_of(source="/x", channel="telegram") is None
