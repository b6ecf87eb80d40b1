"""For every operation one ordinary request, as an administrator would send it, with real ids."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tests.security.customer_requests import on
from tests.security.definitions import KEPT_TAG
from tests.security.door import Request
from tests.security.file_samples import FILE_SAMPLES, Sample
from tests.security.known import AGENTS, PASSWORD, SOURCE, World
from tests.security.report_samples import REPORT_SAMPLES
from tests.support.events import conversation_event

_ANY_VERSION = {"If-Match": "*"}


def _plain(operation: str) -> Sample:
    return lambda world: Request(operation)


def _own(operation: str, **more: Any) -> Sample:
    return lambda world: on(operation, world.customers["own"][0], **more)


def _team(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"team_id": world.teams["2"]}, **more)


def _member(operation: str) -> Sample:
    return lambda world: Request(operation, {"team_id": world.teams["2"], "user_id": world.users[AGENTS[1]]})


def _user(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"user_id": world.users[AGENTS[2]]}, **more)


def _saved(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"filter_id": world.saved_filters["shared with 1"]}, **more)


def _field(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"key": "plan"}, **more)


def _option(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"key": "plan", "option_id": world.options["Gold"]}, **more)


def _tag(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"tag_id": world.tags[KEPT_TAG]}, **more)


def _bulk(operation: str) -> Sample:
    return lambda world: Request(operation, {"bulk_id": world.bulk})


def _scan(operation: str) -> Sample:
    return lambda world: Request(operation, {"scan_id": world.scan})


def _bulk_merge(operation: str) -> Sample:
    return lambda world: Request(operation, {"bulk_id": world.bulk_merge})


def _pair(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"pair_id": world.pairs["own"][0]}, **more)


def _merge(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"merge_id": world.merges["absorbed by own"][0]}, **more)


def _plan(operation: str, **more: Any) -> Sample:
    def sample(world: World) -> Request:
        primary, duplicate, *_ = world.customers["own"]
        return Request(operation, body={"primary": primary, "duplicates": [duplicate]}, **more)

    return sample


def _note(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"note_id": world.notes["own"][1]}, **more)


def _task(operation: str, **more: Any) -> Sample:
    return lambda world: Request(operation, {"task_id": world.tasks["own"][1]}, **more)


def _comment(operation: str, **more: Any) -> Sample:
    def sample(world: World) -> Request:
        task = world.tasks["own"][1]
        return Request(operation, {"task_id": task, "comment_id": world.comments[task]}, **more)

    return sample


def _letter(operation: str) -> Sample:
    return lambda world: Request(operation, {"letter_id": str(uuid4())})


def _event(world: World) -> Request:
    event = conversation_event(phone="+5511970000000", team=world.teams["1"], source=SOURCE)
    return Request("post_events", body=event)


def _new_user(world: World) -> Request:
    email = f"{secrets.token_hex(6)}@staff.example"
    body = {"name": "New", "email": email, "password": PASSWORD, "role": "agent"}
    return Request("create_user", body=body)


def _new_field(world: World) -> Request:
    body = {"key": f"f{secrets.token_hex(4)}", "label": "Field", "type": "text"}
    return Request("create_custom_field", body=body)


SAMPLES: Mapping[str, Sample] = {
    **FILE_SAMPLES,
    **REPORT_SAMPLES,
    "log_in": lambda world: Request("log_in", body={"email": "nobody@staff.example", "password": PASSWORD}),
    "log_out": _plain("log_out"),
    "get_me": _plain("get_me"),
    "update_me": lambda world: Request("update_me", body={"name": "Me"}),
    "list_users": _plain("list_users"),
    "create_user": _new_user,
    "get_user": _user("get_user"),
    "update_user": _user("update_user", body={"name": "Renamed"}),
    "list_teams": _plain("list_teams"),
    "create_team": lambda world: Request("create_team", body={"name": secrets.token_hex(6)}),
    "get_team": _team("get_team"),
    "update_team": _team("update_team", body={"name": "Team 2"}),
    "delete_team": _team("delete_team"),
    "list_members": _team("list_members"),
    "add_member": _member("add_member"),
    "remove_member": _member("remove_member"),
    "list_api_keys": _plain("list_api_keys"),
    "create_api_key": lambda world: Request("create_api_key", body={"name": "k", "role": "admin"}),
    "revoke_api_key": lambda world: Request("revoke_api_key", {"key_id": world.keys[0]}),
    "list_customers": _plain("list_customers"),
    "search_customers": lambda world: Request("search_customers", body={}),
    "create_customer": lambda world: Request(
        "create_customer", body={"name": "New", "teams": [world.teams["1"]]}
    ),
    "get_customer": _own("get_customer"),
    "update_customer": _own("update_customer", body={"name": "Renamed"}),
    "delete_customer": _own("delete_customer"),
    "restore_customer": lambda world: on("restore_customer", world.customers["deleted"][0]),
    "absorb_customer": _own("absorb_customer", body={"tags": ["vip"]}),
    "list_history": _own("list_history"),
    "get_profile": _own("get_profile"),
    "start_conversation": _own("start_conversation", body={"channel": "whatsapp"}),
    "get_conversation_request": lambda world: Request(
        "get_conversation_request", {"request_id": world.requests["own"][0]}
    ),
    "list_notes": _own("list_notes"),
    "create_note": _own("create_note", body={"body": "A note"}),
    "get_note": _note("get_note"),
    "update_note": _note("update_note", body={"pinned": True}),
    "delete_note": _note("delete_note"),
    "list_note_changes": _note("list_note_changes"),
    "list_customer_tasks": _own("list_customer_tasks"),
    "create_customer_task": _own("create_customer_task", body={"title": "A task"}),
    "list_tasks": _plain("list_tasks"),
    "create_task": lambda world: Request("create_task", body={"title": "A task"}),
    "get_task": _task("get_task"),
    "update_task": _task("update_task", body={"priority": "high"}),
    "delete_task": _task("delete_task"),
    "list_task_changes": _task("list_task_changes"),
    "list_comments": _task("list_comments"),
    "add_comment": _task("add_comment", body={"body": "A comment"}),
    "update_comment": _comment("update_comment", body={"body": "Another comment"}),
    "delete_comment": _comment("delete_comment"),
    "check_duplicates": lambda world: Request("check_duplicates", body={"name": "Ana Silva"}),
    "list_duplicates": _plain("list_duplicates"),
    "list_duplicate_clusters": _plain("list_duplicate_clusters"),
    "get_duplicate": _pair("get_duplicate"),
    "decide_duplicate": _pair("decide_duplicate", body={"decision": "not_duplicate"}),
    "start_scan": _plain("start_scan"),
    "list_scans": _plain("list_scans"),
    "get_scan": _scan("get_scan"),
    "cancel_scan": _scan("cancel_scan"),
    "stream_scan_events": _scan("stream_scan_events"),
    "request_access": lambda world: Request("request_access", body={"token": world.access_tokens[-1]}),
    "list_access_requests": _plain("list_access_requests"),
    "decide_access_request": lambda world: Request(
        "decide_access_request",
        {"request_id": world.access_requests["of others"][0]},
        body={"decision": "declined"},
    ),
    "preview_merge": _plan("preview_merge"),
    "merge_customers": _plan("merge_customers", headers=_ANY_VERSION),
    "list_merges": _plain("list_merges"),
    "get_merge": _merge("get_merge"),
    "undo_merge": _merge("undo_merge"),
    "start_bulk_merge": lambda world: Request("start_bulk_merge", body={"kind": "exact", "dry_run": True}),
    "list_bulk_merges": _plain("list_bulk_merges"),
    "get_bulk_merge": _bulk_merge("get_bulk_merge"),
    "cancel_bulk_merge": _bulk_merge("cancel_bulk_merge"),
    "list_bulk_merge_refusals": _bulk_merge("list_bulk_merge_refusals"),
    "stream_bulk_merge_events": _bulk_merge("stream_bulk_merge_events"),
    "get_filter_schema": _plain("get_filter_schema"),
    "list_saved_filters": _plain("list_saved_filters"),
    "create_saved_filter": lambda world: Request(
        "create_saved_filter", body={"name": secrets.token_hex(6), "q": "ana"}
    ),
    "get_saved_filter": _saved("get_saved_filter"),
    "update_saved_filter": _saved("update_saved_filter", body={"q": "maria"}),
    "delete_saved_filter": _saved("delete_saved_filter"),
    "list_tags": _plain("list_tags"),
    "get_tag": _tag("get_tag"),
    "create_tag": lambda world: Request("create_tag", body={"name": secrets.token_hex(6)}),
    "update_tag": _tag("update_tag", body={"colour": "#1a73e8"}),
    "delete_tag": _tag("delete_tag"),
    "list_custom_fields": _plain("list_custom_fields"),
    "create_custom_field": _new_field,
    "get_custom_field": _field("get_custom_field"),
    "update_custom_field": _field("update_custom_field", body={"help": "Which?"}, headers=_ANY_VERSION),
    "archive_custom_field": _field("archive_custom_field", headers=_ANY_VERSION),
    "restore_custom_field": _field("restore_custom_field", headers=_ANY_VERSION),
    "list_options": _field("list_options"),
    "add_option": _field("add_option", body={"label": "Platinum"}, headers=_ANY_VERSION),
    "update_option": _option("update_option", body={"label": "Gold"}, headers=_ANY_VERSION),
    "archive_option": _option("archive_option", headers=_ANY_VERSION),
    "get_settings": _plain("get_settings"),
    "update_settings": lambda world: Request(
        "update_settings", body={"time_zone": "UTC"}, headers=_ANY_VERSION
    ),
    "start_bulk": lambda world: Request(
        "start_bulk",
        body={"action": "set_status", "status": "active", "selection": {"ids": [world.customers["own"][0]]}},
    ),
    "list_bulk": _plain("list_bulk"),
    "get_bulk": _bulk("get_bulk"),
    "cancel_bulk": _bulk("cancel_bulk"),
    "list_bulk_refusals": _bulk("list_bulk_refusals"),
    "stream_bulk_events": _bulk("stream_bulk_events"),
    # Of something that never happens here: other news reach one world sooner than its twin.
    "stream_changes": lambda world: Request(
        "stream_changes", query={"types": "customer.unmerged"}, seconds=0.2
    ),
    "post_events": _event,
    "list_dead_letters": _plain("list_dead_letters"),
    "replay_dead_letter": _letter("replay_dead_letter"),
    "discard_dead_letter": _letter("discard_dead_letter"),
    "list_unknown_teams": _plain("list_unknown_teams"),
    "count_customers_without_team": _plain("count_customers_without_team"),
    "list_audit": _plain("list_audit"),
}

# Answered before anybody is asked who they are.
PUBLIC = ("livez", "readyz", "metrics", "openapi_document", "docs_page", "docs_file")
OPEN_TO_ANYONE = frozenset({*PUBLIC, "log_in"})
FOR_CONNECTORS = frozenset({"post_events", "get_me", "log_out"})
_ADMINISTRATION = """
create_user get_user update_user create_team update_team delete_team list_members add_member remove_member
list_api_keys create_api_key revoke_api_key delete_customer restore_customer update_settings
create_custom_field update_custom_field archive_custom_field restore_custom_field add_option
update_option archive_option create_tag update_tag delete_tag
start_scan list_scans get_scan cancel_scan stream_scan_events decide_access_request
start_bulk_merge list_bulk_merges get_bulk_merge cancel_bulk_merge list_bulk_merge_refusals
stream_bulk_merge_events
decide_import_row
list_dead_letters replay_dead_letter discard_dead_letter list_unknown_teams
count_customers_without_team list_audit
"""
FOR_ADMINISTRATORS = frozenset(_ADMINISTRATION.split())


def roles_of(operation: str) -> set[str]:
    """Who may use it, as the product's rules say. Empty: anyone, also without a token."""
    if operation in OPEN_TO_ANYONE:
        return set()
    if operation in FOR_ADMINISTRATORS:
        return {"admin"}
    if operation == "post_events":
        return {"admin", "connector"}
    return {"admin", "agent", *(["connector"] if operation in FOR_CONNECTORS else [])}
