"""Requests that are well formed and against the rules: what the domain refuses, after having looked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.security import file_refusals as files
from tests.security import merge_refusals as merging
from tests.security import report_refusals as reports
from tests.security import work_refusals as work
from tests.security.customer_requests import on
from tests.security.definitions import KEPT_TAG
from tests.security.door import Request
from tests.security.known import ADMIN, AGENTS, World
from tests.security.people import TYPED
from tests.security.refusals import Refusal

_AGENT = AGENTS[0]
_STALE = {"If-Match": '"4711"'}


def domain_refusals(world: World) -> Iterator[Refusal]:
    yield from (Refusal(_AGENT, "hidden", request) for request in _aimed_at_hidden(world))
    yield from (Refusal(ADMIN, "stale", request) for request in _stale(world))
    yield from (Refusal(_AGENT, "against a rule", request) for request in _against_rules(world))
    yield from (Refusal(ADMIN, "against a rule", request) for request in _against_rules_for_admins(world))
    yield from (Refusal(ADMIN, "duplicate", request) for request in _duplicates(world, *_known(world, "own")))
    hidden = _known(world, "of others")
    for request in _duplicates(world, *hidden):
        yield Refusal(_AGENT, "restricted duplicate", request)


def _aimed_at_hidden(world: World) -> Iterator[Request]:
    for kind in ("of others", "of nobody", "deleted", "hidden", "hidden, absorbed from own"):
        customer = world.customers[kind][0]
        yield on("get_customer", customer)
        yield on("list_history", customer)
        yield on(
            "update_customer", customer, body={"name": "Mine", "tags": {"add": ["new tag of a stranger"]}}
        )
        yield on("absorb_customer", customer, body={"name": "Mine", "phone": f"+55119{TYPED}5000001"})
        yield from work.about_hidden(customer)
        yield from merging.with_hidden(world, customer)
    for saved_filter in world.saved_filters.values():  # of others, some shared with the caller
        yield Request("update_saved_filter", {"filter_id": saved_filter}, body={"name": "Mine"})
        yield Request("delete_saved_filter", {"filter_id": saved_filter})
    yield from work.of_others(world)
    yield from files.files_of_others(world)
    yield from reports.of_others(world)
    yield from merging.of_others(world)
    for kind in ("absorbed by own", "absorbed by own, from others"):
        yield on("update_customer", world.customers[kind][0], body={"name": "Moved"})
        yield on("absorb_customer", world.customers[kind][0], body={"tags": ["moved"]})


def _stale(world: World) -> Iterator[Request]:
    own = world.customers["own"][0]
    body = {"name": "New", "tags": {"add": ["never seen before"]}, "custom": {"plan": "Gold"}}
    yield on("update_customer", own, body=body, headers=_STALE)
    yield on("delete_customer", own, headers=_STALE)
    yield Request("update_settings", body={"allow_duplicates": True}, headers=_STALE)
    yield Request("update_custom_field", {"key": "plan"}, body={"label": "Other"}, headers=_STALE)
    yield Request("archive_custom_field", {"key": "plan"}, headers=_STALE)
    yield Request("add_option", {"key": "plan"}, body={"label": "Iron"}, headers=_STALE)
    option = {"key": "plan", "option_id": world.options["Gold"]}
    yield Request("update_option", option, body={"label": "Iron"}, headers=_STALE)
    yield Request("archive_option", option, headers=_STALE)
    saved = {"filter_id": world.saved_filters["shared with 1"]}
    yield Request("update_saved_filter", saved, body={"name": "Other"}, headers=_STALE)
    yield Request("delete_saved_filter", saved, headers=_STALE)
    yield from work.stale(world, _STALE)
    yield from files.stale_files(world, _STALE)
    yield from reports.stale(world, _STALE)
    yield from merging.stale(world, _STALE)
    tag = {"tag_id": world.tags[KEPT_TAG]}
    yield Request("update_tag", tag, body={"name": "Iron"}, headers=_STALE)
    yield Request("delete_tag", tag, headers=_STALE)
    yield Request("update_team", {"team_id": world.teams["1"]}, body={"name": "Other"}, headers=_STALE)
    yield Request("update_user", {"user_id": world.users[_AGENT]}, body={"name": "Other"}, headers=_STALE)


def _against_rules(world: World) -> Iterator[Request]:
    """Wrong values, by an agent of team 1: in a creation, an edit and an absorption."""
    own, one = world.customers["own"][1], world.teams["1"]
    key = {"Idempotency-Key": f"key-{uuid4()}"}
    for wrong in _wrong_values(world):
        yield Request("create_customer", body={"name": "New", "teams": [one], "tags": ["refused"], **wrong})
        yield on("update_customer", own, body={"tags": {"add": ["refused"]}, **wrong}, headers=key)
        yield on("absorb_customer", own, body={"tags": ["refused"], **wrong})
    yield Request("create_customer", body={"name": "New", "teams": [world.teams["3"]]})
    yield Request("create_customer", body={"name": "New", "teams": [one], "allow_duplicate": True})
    yield on("update_customer", own, body={"teams": [one, world.teams["3"]]})
    yield on("update_customer", own, body={"teams": {"remove": [one]}})
    yield from work.against_rules(world)
    yield from merging.against_rules(world)


def _wrong_values(world: World) -> list[dict[str, Any]]:
    return [
        {"name": "   "},
        {"name": "x" * 201},
        {"email": "no address"},
        {"email": "a@b@c"},
        {"phone": "twelve"},
        {"phone": "1" * 25},
        {"status": "sleeping"},
        {"custom": {"plan": "Iron"}},
        {"custom": {"score": "many"}},
        {"custom": {"birthday": "31.12.1990"}},
        {"custom": {"never_defined": 1}},
        {"assignee": str(uuid4())},
        {"tags": ["x" * 101]},
    ]


def _against_rules_for_admins(world: World) -> Iterator[Request]:
    one = world.teams["1"]
    yield on("restore_customer", world.customers["own"][0])
    yield from merging.against_rules_for_admins(world)
    yield from files.files_against_rules(world)
    yield from reports.against_rules(world)
    yield Request("create_customer", body={"name": "New", "teams": [str(uuid4())]})
    yield Request("update_team", {"team_id": world.teams["2"]}, body={"name": world.team_names["1"].upper()})
    yield Request("create_team", body={"name": world.team_names["1"]})
    yield Request("delete_team", {"team_id": one})
    yield Request("delete_team", {"team_id": one}, query={"move_to": one})
    yield Request("delete_team", {"team_id": one}, query={"move_to": str(uuid4())})
    yield Request("add_member", {"team_id": one, "user_id": str(uuid4())})
    body = {"key": "plan", "label": "Again", "type": "text"}
    yield Request("create_custom_field", body=body)
    yield Request("create_custom_field", body={**body, "key": "name"})
    yield Request("create_custom_field", body={**body, "key": "p2", "type": "matrix"})
    yield Request("add_option", {"key": "plan"}, body={"label": "GOLD"}, headers={"If-Match": "*"})
    yield Request("add_option", {"key": "score"}, body={"label": "One"}, headers={"If-Match": "*"})
    option = {"key": "plan", "option_id": world.options["Gold"]}
    for patch in ({"label": "SILVER"}, {"merge_into": option["option_id"]}, {"merge_into": str(uuid4())}):
        yield Request("update_option", option, body=patch, headers={"If-Match": "*"})
    tag = {"tag_id": world.tags[KEPT_TAG]}
    for patch in ({"name": "VIP"}, {"merge_into": tag["tag_id"]}, {"merge_into": str(uuid4())}):
        yield Request("update_tag", tag, body=patch)
    yield Request("create_tag", body={"name": "VIP"})
    yield Request("update_settings", body={"default_region": "XX"}, headers={"If-Match": "*"})
    yield Request("update_settings", body={"time_zone": "Mars/Base"}, headers={"If-Match": "*"})
    yield Request("update_settings", body={"default_team": str(uuid4())}, headers={"If-Match": "*"})
    yield Request("create_api_key", body={"name": "k", "role": "connector"})
    yield Request("create_api_key", body={"name": "k", "role": "agent", "teams": [str(uuid4())]})
    expired = {"name": "k", "role": "admin", "expires_at": "2001-01-01T00:00:00Z"}
    yield Request("create_api_key", body=expired)
    yield Request("update_me", body={"current_password": "not mine", "new_password": "x" * 20})


def _duplicates(world: World, phone: str, customer: str) -> Iterator[Request]:
    """Of one known phone: by creating, editing, absorbing; with a new address and a new tag beside it."""
    others = {"email": f"{uuid4().hex}@example.com", "tags": ["refused"]}
    target = next(own for own in world.customers["own"] if own != customer)
    yield Request(
        "create_customer", body={"name": "Again", "teams": [world.teams["1"]], "phone": phone, **others}
    )
    yield on("update_customer", target, body={"whatsapp": phone, "email": others["email"]})
    yield on("update_customer", target, body={"contact_points": {"add": [{"kind": "phone", "value": phone}]}})
    yield on("absorb_customer", target, body={"phone": phone, **others})


def _known(world: World, kind: str) -> tuple[str, str]:
    """A phone, and the customer of this kind who has it."""
    customer = world.customers[kind][0]
    return world.phones[customer], customer
