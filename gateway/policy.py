"""Who may do what: one row for every operation of the API. An operation without a row does not start.

This is what a role may ever do (403). Which records a caller sees is decided by the owning
service from the Scope (404), and never here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.operations import Operation
from servicekit.scope import ADMIN, AGENT, CONNECTOR

ANYONE: Final = None  # also without a token
EVERYBODY: Final = frozenset({ADMIN, AGENT, CONNECTOR})
PEOPLE: Final = frozenset({ADMIN, AGENT})
ADMINS: Final = frozenset({ADMIN})
CONNECTORS: Final = frozenset({ADMIN, CONNECTOR})

Allowed = frozenset[str] | None

POLICY: Mapping[str, Allowed] = {
    # the door itself
    "livez": ANYONE,
    "readyz": ANYONE,
    "metrics": ANYONE,
    "openapi_document": ANYONE,
    "docs_page": ANYONE,
    "docs_file": ANYONE,
    "log_in": ANYONE,
    "log_out": EVERYBODY,
    "get_me": EVERYBODY,
    "update_me": PEOPLE,
    # users, teams, keys
    "list_users": PEOPLE,
    "create_user": ADMINS,
    "get_user": ADMINS,
    "update_user": ADMINS,
    "list_teams": PEOPLE,
    "create_team": ADMINS,
    "get_team": PEOPLE,
    "update_team": ADMINS,
    "delete_team": ADMINS,
    "list_members": ADMINS,
    "add_member": ADMINS,
    "remove_member": ADMINS,
    "list_api_keys": ADMINS,
    "create_api_key": ADMINS,
    "revoke_api_key": ADMINS,
    # customers
    "list_customers": PEOPLE,
    "search_customers": PEOPLE,
    "create_customer": PEOPLE,
    "get_customer": PEOPLE,
    "update_customer": PEOPLE,
    "delete_customer": ADMINS,
    "restore_customer": ADMINS,
    "absorb_customer": PEOPLE,
    "list_history": PEOPLE,
    "get_profile": PEOPLE,
    "start_conversation": PEOPLE,
    "get_conversation_request": PEOPLE,
    "list_notes": PEOPLE,
    "create_note": PEOPLE,
    "get_note": PEOPLE,
    "update_note": PEOPLE,
    "delete_note": PEOPLE,
    "list_note_changes": PEOPLE,
    "list_customer_tasks": PEOPLE,
    "create_customer_task": PEOPLE,
    "list_tasks": PEOPLE,
    "create_task": PEOPLE,
    "get_task": PEOPLE,
    "update_task": PEOPLE,
    "delete_task": PEOPLE,
    "list_task_changes": PEOPLE,
    "list_comments": PEOPLE,
    "add_comment": PEOPLE,
    "update_comment": PEOPLE,
    "delete_comment": PEOPLE,
    "get_filter_schema": PEOPLE,
    "list_saved_filters": PEOPLE,
    "create_saved_filter": PEOPLE,
    "get_saved_filter": PEOPLE,
    "update_saved_filter": PEOPLE,
    "delete_saved_filter": PEOPLE,
    "list_tags": PEOPLE,
    "get_tag": PEOPLE,
    "create_tag": ADMINS,  # agents make tags by using them
    "update_tag": ADMINS,
    "delete_tag": ADMINS,
    # bulk actions: teams and deletions are refused to agents by what they ask
    "start_bulk": PEOPLE,
    "list_bulk": PEOPLE,
    "get_bulk": PEOPLE,
    "cancel_bulk": PEOPLE,
    "list_bulk_refusals": PEOPLE,
    "stream_bulk_events": PEOPLE,
    # duplicates and merges
    "check_duplicates": PEOPLE,
    "list_duplicates": PEOPLE,
    "list_duplicate_clusters": PEOPLE,
    "get_duplicate": PEOPLE,
    "decide_duplicate": PEOPLE,
    "start_scan": ADMINS,
    "list_scans": ADMINS,
    "get_scan": ADMINS,
    "cancel_scan": ADMINS,
    "stream_scan_events": ADMINS,
    "request_access": PEOPLE,
    "list_access_requests": PEOPLE,
    "decide_access_request": ADMINS,
    "preview_merge": PEOPLE,
    "merge_customers": PEOPLE,
    "list_merges": PEOPLE,
    "get_merge": PEOPLE,
    "undo_merge": PEOPLE,
    "start_bulk_merge": ADMINS,
    "list_bulk_merges": ADMINS,
    "get_bulk_merge": ADMINS,
    "cancel_bulk_merge": ADMINS,
    "list_bulk_merge_refusals": ADMINS,
    "stream_bulk_merge_events": ADMINS,
    # imports and exports: agents may if the settings say so
    "create_import": PEOPLE,
    "list_imports": PEOPLE,
    "get_import_template": PEOPLE,
    "get_import": PEOPLE,
    "set_import_mapping": PEOPLE,
    "check_import": PEOPLE,
    "start_import": PEOPLE,
    "cancel_import": PEOPLE,
    "undo_import": PEOPLE,
    "stream_import_events": PEOPLE,
    "list_import_rows": PEOPLE,
    "get_import_row": PEOPLE,
    "decide_import_row": ADMINS,
    "get_refused_csv": PEOPLE,
    "get_refused_xlsx": PEOPLE,
    "get_import_file": PEOPLE,
    "list_import_mappings": PEOPLE,
    "create_import_mapping": PEOPLE,
    "get_import_mapping": PEOPLE,
    "update_import_mapping": PEOPLE,
    "delete_import_mapping": PEOPLE,
    "create_export": PEOPLE,
    "list_exports": PEOPLE,
    "get_export": PEOPLE,
    "cancel_export": PEOPLE,
    "get_export_file": PEOPLE,
    "stream_export_events": PEOPLE,
    # reports: of whom the caller sees
    "get_report_schema": PEOPLE,
    "preview_report": PEOPLE,
    "create_report_upload": PEOPLE,
    "list_report_uploads": PEOPLE,
    "get_report_upload": PEOPLE,
    "delete_report_upload": PEOPLE,
    "stream_report_upload_events": PEOPLE,
    "create_report_configuration": PEOPLE,
    "list_report_configurations": PEOPLE,
    "get_report_configuration": PEOPLE,
    "update_report_configuration": PEOPLE,
    "delete_report_configuration": PEOPLE,
    "duplicate_report_configuration": PEOPLE,
    "get_report_result": PEOPLE,
    "get_report_result_csv": PEOPLE,
    "create_report_run": PEOPLE,
    "list_report_runs": PEOPLE,
    "get_report_run": PEOPLE,
    "cancel_report_run": PEOPLE,
    "get_report_run_result": PEOPLE,
    "get_report_run_csv": PEOPLE,
    "stream_report_run_events": PEOPLE,
    # what happens, as it happens
    "stream_changes": PEOPLE,
    # definitions
    "get_settings": PEOPLE,
    "update_settings": ADMINS,
    "list_custom_fields": PEOPLE,
    "get_custom_field": PEOPLE,
    "create_custom_field": ADMINS,
    "update_custom_field": ADMINS,
    "archive_custom_field": ADMINS,
    "restore_custom_field": ADMINS,
    "list_options": PEOPLE,
    "add_option": ADMINS,
    "update_option": ADMINS,
    "archive_option": ADMINS,
    # events and operation
    "post_events": CONNECTORS,
    "list_dead_letters": ADMINS,
    "replay_dead_letter": ADMINS,
    "discard_dead_letter": ADMINS,
    "list_unknown_teams": ADMINS,
    "count_customers_without_team": ADMINS,
    "list_audit": ADMINS,
}


class PolicyIncomplete(Exception):
    """The table and the routes do not name the same operations."""


def check_policy(operations: Iterable[Operation], policy: Mapping[str, Allowed] = POLICY) -> None:
    """Raises PolicyIncomplete unless table and routes match exactly, each name once."""
    names = [operation.name for operation in operations]
    problems = [
        *(f"{name} has no policy" for name in names if name not in policy),
        *(f"{name} is no operation" for name in policy if name not in names),
        *(f"{name} is declared twice" for name in set(names) if names.count(name) > 1),
    ]
    if problems:
        raise PolicyIncomplete("; ".join(sorted(problems)))
