"""One way through the whole API on which every operation succeeds once, as an administrator."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from tests.security.customer_requests import Play, on
from tests.security.door import Request
from tests.security.file_tour import file_tour
from tests.security.known import AGENTS, PASSWORD
from tests.security.people import TYPED, People
from tests.security.report_tour import report_tour
from tests.security.samples import SAMPLES
from tests.security.world import Founder
from tests.support.events import conversation_event

_ANY = {"If-Match": "*"}


def tour(founder: Founder, credentials: tuple[str, str]) -> Play:
    """Each step goes on with what the one before it made."""
    email, password = credentials
    yield Request("log_in", body={"email": email, "password": password})
    for name in (
        "get_me",
        "update_me",
        "list_users",
        "list_teams",
        "list_api_keys",
        "list_audit",
        "list_tags",
    ):
        yield SAMPLES[name](founder.world)
    yield from _accounts()
    yield from _customers(founder)
    yield from _whole_person(founder)
    yield from _bulk(founder)
    yield from _one_person(founder)
    yield from file_tour(founder)
    yield from report_tour(founder.world)
    yield from _tags()
    yield from _saved_filters()
    yield from _fields()
    yield from _operation(founder)
    for name in ("livez", "readyz", "metrics", "openapi_document", "docs_page"):
        yield Request(name)
    yield Request("docs_file", {"key": "docs.js"})


def _accounts() -> Play:
    team = yield from _made("create_team", {"name": secrets.token_hex(6)})
    email = f"{secrets.token_hex(6)}@staff.example"
    user = yield from _made(
        "create_user", {"name": "U", "email": email, "password": PASSWORD, "role": "agent"}
    )
    for name in ("add_member", "remove_member"):
        yield Request(name, {"team_id": team["id"], "user_id": user["id"]})
    yield Request("list_members", {"team_id": team["id"]})
    yield Request("get_user", {"user_id": user["id"]})
    yield Request("update_user", {"user_id": user["id"]}, body={"active": False})
    yield Request("get_team", {"team_id": team["id"]})
    yield Request("update_team", {"team_id": team["id"]}, body={"name": secrets.token_hex(6)})
    yield Request("delete_team", {"team_id": team["id"]})
    key = yield from _made("create_api_key", {"name": "k", "role": "admin"})
    yield Request("revoke_api_key", {"key_id": key["id"]})


def _customers(founder: Founder) -> Play:
    people = People(founder.rng, TYPED)
    body = {**people.customer(founder.world.teams["1"]), "contact_points": list(_platforms())}
    customer = (yield from _made("create_customer", body))["id"]
    for name in ("list_customers", "search_customers", "count_customers_without_team"):
        yield SAMPLES[name](founder.world)
    yield on("get_customer", customer)
    yield on("update_customer", customer, body={"email": people.email()})
    yield on("absorb_customer", customer, body={"phone": people.phone()})
    yield on("list_history", customer)
    yield on("delete_customer", customer)
    yield Request("list_customers", query={"deleted": "true", "include": "total"})
    yield on("restore_customer", customer)
    yield Request("list_users", query={"for_customer": customer})
    yield on("list_history", founder.world.customers["own"][0])


def _whole_person(founder: Founder) -> Play:
    own = {"customer_id": founder.world.customers["own"][0]}
    for customer in founder.world.customers["own"]:  # some are blocked
        yield on("start_conversation", customer, body={"channel": "whatsapp"})
    yield SAMPLES["get_conversation_request"](founder.world)
    note = yield from _made("create_note", {"body": "Calls at noon", "pinned": True}, own)
    made = yield from _made("create_customer_task", {"title": "Call back"}, own)
    yield from _made("create_task", {"title": "Tidy up"})
    for name in ("list_history", "get_profile", "list_notes", "list_customer_tasks"):
        yield Request(name, own)
    yield Request("list_tasks", query={"mine": "true"})
    task = {"task_id": made["id"]}
    comment = yield from _made("add_comment", {"body": "Tried twice"}, task)
    yield Request("update_comment", {**task, "comment_id": comment["id"]}, body={"body": "Thrice"})
    yield Request("update_task", task, body={"status": "done"})
    for name in ("get_task", "list_task_changes", "list_comments"):
        yield Request(name, task)
    yield Request("delete_comment", {**task, "comment_id": comment["id"]})
    yield Request("delete_task", task)
    there = {"note_id": note["id"]}
    yield Request("update_note", there, body={"pinned": False})
    for name in ("get_note", "list_note_changes", "delete_note"):
        yield Request(name, there)


def _bulk(founder: Founder) -> Play:
    asked = SAMPLES["start_bulk"](founder.world)
    yield asked.but(body={**asked.body, "dry_run": True})
    started = yield asked
    for name in ("get_bulk", "list_bulk_refusals", "stream_bulk_events", "cancel_bulk"):
        yield Request(name, {"bulk_id": started.json()["id"]})
    yield Request("list_bulk")
    yield SAMPLES["stream_changes"](founder.world)


def _one_person(founder: Founder) -> Play:
    """Suspected, asked to be seen, merged, taken apart, decided."""
    one, three = founder.world.teams["1"], founder.world.teams["3"]
    people, alike = People(founder.rng, TYPED), founder.alike
    bodies = [people.customer(one), people.customer(one), people.customer(three), people.customer(three)]
    first, second, third, fourth = (founder.customer("toured", body) for body in bodies)
    alike.give_one_line("toured", first, second)
    alike.ask_for("toured", AGENTS[0], third)
    agent = {"Authorization": f"Bearer {founder.world.tokens[AGENTS[0]]}"}  # administrators see all
    token = alike.token(AGENTS[0], bodies[3]["phone"])
    yield Request("request_access", body={"token": token}, headers=agent)
    yield Request("list_access_requests")
    request = {"request_id": founder.world.access_requests["toured"][0]}
    yield Request("decide_access_request", request, body={"decision": "granted"})
    pair = {"pair_id": founder.world.pairs["toured"][0]}
    yield Request("check_duplicates", body={"name": bodies[0]["name"], "phone": bodies[0]["phone"]})
    for name in ("list_duplicates", "list_duplicate_clusters"):
        yield Request(name)
    yield Request("get_duplicate", pair)
    plan = {"primary": third, "duplicates": [fourth]}
    versions = (yield Request("preview_merge", body=plan)).json()["versions"]
    merge = yield from _made("merge_customers", {**plan, "versions": versions})
    there = {"merge_id": merge["id"]}
    yield Request("list_merges", query={"customer": fourth})
    yield Request("get_merge", there)
    yield Request("undo_merge", there, query={"dry_run": "true"})
    yield Request("undo_merge", there)
    yield Request("decide_duplicate", pair, body={"decision": "not_duplicate"})
    yield from _long_work_of_dedup(founder)


def _long_work_of_dedup(founder: Founder) -> Play:
    for name in (
        "start_scan",
        "list_scans",
        "get_scan",
        "stream_scan_events",
        "cancel_scan",
        "start_bulk_merge",
    ):
        yield SAMPLES[name](founder.world)
    for name in ("list_bulk_merges", "get_bulk_merge", "list_bulk_merge_refusals"):
        yield SAMPLES[name](founder.world)
    for name in ("stream_bulk_merge_events", "cancel_bulk_merge"):
        yield SAMPLES[name](founder.world)


def _platforms() -> Iterator[dict[str, str]]:
    for kind in ("instagram", "facebook", "telegram", "external"):
        yield {"kind": kind, "scope": "acme-main", "value": secrets.token_hex(8)}


def _fields() -> Play:
    key = f"f{secrets.token_hex(4)}"
    yield Request("create_custom_field", body={"key": key, "label": "Field", "type": "select"})
    yield Request("list_custom_fields")
    for name in ("get_custom_field", "list_options"):
        yield Request(name, {"key": key})
    yield Request("add_option", {"key": key}, body={"label": "One"}, headers=_ANY)
    yield Request("update_custom_field", {"key": key}, body={"help": "Which?"}, headers=_ANY)
    yield from _options(key)
    for name in ("archive_custom_field", "restore_custom_field", "archive_custom_field"):
        yield Request(name, {"key": key}, headers=_ANY)
    yield Request("get_settings")
    yield Request("update_settings", body={"time_zone": "UTC"}, headers=_ANY)


def _options(key: str) -> Play:
    added = (yield Request("add_option", {"key": key}, body={"label": "Two"}, headers=_ANY)).json()
    one, two = ({"key": key, "option_id": option["id"]} for option in added["options"])
    for query in ({"dry_run": "true"}, {}):
        yield Request("update_option", one, body={"label": "First"}, query=query, headers=_ANY)
    yield Request("archive_option", one, headers=_ANY)
    yield Request("update_option", one, body={"merge_into": two["option_id"]}, headers=_ANY)


def _tags() -> Play:
    first = yield from _made("create_tag", {"name": secrets.token_hex(6)})
    second = yield from _made("create_tag", {"name": secrets.token_hex(6)})
    tag = {"tag_id": first["id"]}
    yield Request("get_tag", tag)
    yield Request("update_tag", tag, body={"name": secrets.token_hex(6), "colour": "#1a73e8"})
    yield Request("update_tag", tag, body={"merge_into": second["id"]})
    yield Request("delete_tag", {"tag_id": second["id"]})


def _saved_filters() -> Play:
    yield Request("get_filter_schema")
    body = {"name": secrets.token_hex(6), "filter": {"field": "name", "op": "contains", "value": "a"}}
    saved = yield from _made("create_saved_filter", body)
    there = {"filter_id": saved["id"]}
    yield Request("list_saved_filters")
    yield Request("get_saved_filter", there)
    yield Request("update_saved_filter", there, body={"columns": ["name", "tags"]})
    yield Request("list_customers", query={"saved_filter": saved["id"], "q": "ana", "include": "total"})
    yield Request("delete_saved_filter", there)


def _operation(founder: Founder) -> Play:
    """Two events that nobody understands are parked; one is replayed, one thrown away."""
    for _ in range(2):
        event = conversation_event(team="A team that is not there")
        yield Request("post_events", body={**event, "type": "conversation.started.v9"})
    yield Request("list_unknown_teams")
    letters: list[dict[str, Any]] = []
    while len(letters) < 2:  # parked a moment later; the test has a timeout
        letters = (yield Request("list_dead_letters")).json()["data"]
    yield Request("replay_dead_letter", {"letter_id": letters[0]["id"]})
    yield Request("discard_dead_letter", {"letter_id": letters[1]["id"]})


def _made(operation: str, body: dict[str, Any], path: Mapping[str, str] | None = None) -> Any:
    return (yield Request(operation, path or {}, body=body)).json()
