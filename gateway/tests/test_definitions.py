"""Tags and options through the gateway: the bus is real, the answers are canned."""

from __future__ import annotations

from uuid import uuid4

import pytest

from gateway.tests.canned import HIDDEN, KNOWN
from gateway.tests.fake_definitions import TAG

OPTION = f"/v1/custom-fields/plan/options/{KNOWN}"
SEEN = {"If-Match": '"2"'}


def test_tags_are_listed_and_found_by_their_beginning(agent):
    assert agent.client.get("/v1/tags").json()["data"] == [TAG]
    assert agent.client.get("/v1/tags", params={"q": "vi"}).json()["data"] == [TAG]
    assert agent.client.get("/v1/tags?q=x").json()["data"] == []


def test_a_tag_has_a_version(agent, admin):
    found = agent.client.get(f"/v1/tags/{KNOWN}")
    assert (found.json(), found.headers["etag"]) == (TAG, '"3"')
    changed = admin.patch(f"/v1/tags/{KNOWN}", json={"name": "gold"}, headers={"If-Match": '"3"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"4"')
    held = [(each["kind"], each["name"]) for each in changed.json()["warnings"]]
    assert held == [("report_template", KNOWN), ("report_template", "vip"), ("import_mapping", "vip")]
    stale = admin.patch(f"/v1/tags/{KNOWN}", json={"name": "gold"}, headers={"If-Match": '"2"'})
    assert (stale.status_code, stale.json()["current"], stale.headers["etag"]) == (412, TAG, '"3"')
    assert admin.delete(f"/v1/tags/{KNOWN}", headers={"If-Match": '"2"'}).status_code == 412
    assert admin.delete(f"/v1/tags/{KNOWN}").status_code == 204
    assert agent.client.get(f"/v1/tags/{uuid4()}").status_code == 404


def test_a_tag_is_made_once_and_a_known_name_names_its_tag(admin):
    made = admin.post("/v1/tags", json={"name": "new"}, headers={"Idempotency-Key": "k1"})
    assert (made.status_code, made.headers["location"]) == (201, f"/v1/tags/{KNOWN}")
    assert made.headers["idempotent-replayed"] == "true"
    refused = admin.post("/v1/tags", json={"name": "vip"})
    assert (refused.status_code, refused.json()["code"]) == (409, "tag_exists")
    assert refused.json()["tag"] == TAG


def test_an_option_is_renamed_with_the_version_of_its_field(admin):
    renamed = admin.patch(OPTION, json={"label": "Ouro"}, headers=SEEN)
    assert (renamed.status_code, renamed.headers["etag"]) == (200, '"3"')
    assert (renamed.json()["affected"], renamed.json()["field"]["version"]) == (7, 3)
    assert (renamed.json()["warnings"], renamed.json()["missing"]) == (
        [
            {"kind": "saved_filter", "name": "Golden", "follows": True},
            {"kind": "report_template", "id": KNOWN, "name": KNOWN, "follows": True},
            {"kind": "report_template", "id": KNOWN, "name": "Gold", "follows": False},
            {"kind": "import_mapping", "id": KNOWN, "name": "Gold", "follows": False},
        ],
        [],
    )
    assert admin.patch(OPTION, json={"label": "Ouro"}, headers={"If-Match": "*"}).status_code == 200


def test_a_dry_run_of_a_rename_leaves_the_version(admin):
    told = admin.patch(OPTION, params={"dry_run": "true"}, json={"label": "Ouro"}, headers=SEEN)
    assert (told.status_code, told.headers["etag"]) == (200, '"2"')


def test_who_did_not_see_the_field_changes_no_option(admin):
    assert admin.patch(OPTION, json={"label": "Ouro"}).status_code == 428
    assert admin.delete(OPTION).status_code == 428
    stale = admin.patch(OPTION, json={"label": "Ouro"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["key"]) == (412, "plan")


def test_an_equal_label_is_offered_to_join(admin):
    refused = admin.patch(OPTION, json={"label": "Silver"}, headers=SEEN)
    assert (refused.status_code, refused.json()["code"]) == (409, "option_exists")
    assert refused.json()["offer"] == {"merge_into": HIDDEN}
    assert admin.patch(OPTION, json=refused.json()["offer"], headers=SEEN).status_code == 200


def test_an_option_is_archived(admin):
    assert admin.delete(OPTION, headers=SEEN).status_code == 204
    assert admin.delete(OPTION.replace(KNOWN, HIDDEN), headers=SEEN).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (OPTION, {"merge_into": "x"}),
        (OPTION, {"position": -1}),
        (OPTION, {"nonsense": 1}),
        (f"/v1/tags/{KNOWN}", {"colour": "red"}),
        (f"/v1/tags/{KNOWN}", {"name": ""}),
    ],
)
def test_what_has_the_wrong_shape_goes_no_further(admin, path, body):
    assert admin.patch(path, json=body, headers=SEEN).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/tags", {"name": "x"}),
        ("PATCH", f"/v1/tags/{KNOWN}", {"name": "x"}),
        ("DELETE", f"/v1/tags/{KNOWN}", None),
        ("PATCH", OPTION, {"label": "x"}),
        ("DELETE", OPTION, None),
    ],
)
def test_agents_define_nothing(agent, method, path, body):
    assert agent.client.request(method, path, json=body, headers=SEEN).status_code == 403
