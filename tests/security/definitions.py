"""The fields and tags of a made-up company. Another world of the same system may have made them before."""

from __future__ import annotations

from typing import Any

from tests.support.api import Api

KEPT_TAG = "kept for later"
FIELDS: tuple[dict[str, Any], ...] = (
    {
        "key": "plan",
        "label": "Plan",
        "type": "select",
        "options": [{"label": o} for o in ("Bronze", "Silver", "Gold")],
    },
    {"key": "score", "label": "Score", "type": "number"},
    {"key": "birthday", "label": "Birthday", "type": "date"},
)


def make_fields(admin: Api, options: dict[str, str]) -> None:
    """Adds the ids of the plans by their labels."""
    for body in FIELDS:
        answer = admin.post("/v1/custom-fields", body)
        assert answer.status_code in (201, 409), answer.text
    for option in admin.get("/v1/custom-fields/plan/options").json()["data"]:
        options[option["label"]] = option["id"]


def make_tag(admin: Api, tags: dict[str, str]) -> None:
    """One that no customer has, but for those who are hidden."""
    answer = admin.post("/v1/tags", {"name": KEPT_TAG})
    assert answer.status_code in (201, 409), answer.text
    learn_tags(admin, tags)


def learn_tags(admin: Api, tags: dict[str, str]) -> None:
    """Adds the ids of all tags by their names; one that became a part of another is remembered."""
    for tag in admin.get("/v1/tags", limit=200).json()["data"]:
        tags[tag["name"]] = tag["id"]


def join_tags(admin: Api, tags: dict[str, str], name: str, *, into: str) -> None:
    """Customers that have the one, and those that get it from now on, have the other."""
    learn_tags(admin, tags)
    for each in (into, name):
        if each not in tags:
            made = admin.post("/v1/tags", {"name": each})
            if made.status_code == 409:  # joined before, by another world of this system
                return
            tags[each] = made.json()["id"]
    answer = admin.patch(f"/v1/tags/{tags[name]}", {"merge_into": tags[into]})
    assert answer.status_code == 200, answer.text


def make_saved_filters(admin: Api, teams: dict[str, str], saved: dict[str, str]) -> None:
    """Of the administrator: shared with one team and with another, about contact data too, and private."""
    phones = {"not": {"field": "phone", "op": "contains", "value": "5511"}}
    teams_and_tags = {
        "or": [
            {"field": "teams", "op": "any_of", "value": [teams["1"], teams["3"]]},
            {"field": "tags", "op": "all_of", "value": ["vip", "segredo"]},
        ]
    }
    for name, team, condition in (
        ("shared with 1", teams["1"], teams_and_tags),
        ("phones, shared with 1", teams["1"], phones),
        ("shared with 3", teams["3"], teams_and_tags),
        ("private", None, teams_and_tags),
    ):
        body = {"name": f"{name} {teams['1'][-6:]}", "filter": condition, "shared_with_team": team}
        saved[name] = admin.created("/v1/saved-filters", body)["id"]
