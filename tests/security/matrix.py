"""The matrix: every operation of the API, and what is asked of it about customers of every kind.

An operation that the OpenAPI document names and this table does not fails the tests. Who adds one adds a
row: scripts that aim it at visible, hidden, deleted, absorbed and never issued customers, or the reason
why it says nothing of customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.security import bulk_requests as bulk
from tests.security import customer_requests as requests
from tests.security import duplicate_requests as duplicates
from tests.security import file_requests as files
from tests.security import find_requests as find
from tests.security import merge_requests as merges
from tests.security import note_requests as notes
from tests.security import report_requests as reports
from tests.security import task_requests as tasks
from tests.security.customer_requests import Play
from tests.security.known import World
from tests.security.oracle import Script
from tests.security.samples import PUBLIC, SAMPLES

Row = tuple[Script, ...]


def sample_of(operation: str) -> Script:
    """The ordinary request, once."""

    def script(world: World, rng: Random) -> Play:
        yield SAMPLES[operation](world)

    return script


# Of imports, exports, mappings and reports. The scripts of `create_…` and `get_…` ask these on their way.
_WITH_OTHERS = """
list_imports set_import_mapping check_import start_import cancel_import undo_import list_import_rows
get_import_row get_refused_csv get_refused_xlsx get_import_file stream_import_events
list_exports cancel_export get_export_file stream_export_events
list_import_mappings get_import_mapping update_import_mapping delete_import_mapping
list_report_uploads delete_report_upload stream_report_upload_events
list_report_configurations get_report_configuration update_report_configuration delete_report_configuration
duplicate_report_configuration get_report_result get_report_result_csv
list_report_runs get_report_run cancel_report_run get_report_run_result get_report_run_csv
stream_report_run_events
"""

READS: Mapping[str, Row] = {
    "list_customers": (
        requests.list_in_every_order,
        requests.list_all,
        requests.list_after_forged_cursors,
        find.filters_on_every_field,
    ),
    "search_customers": (requests.search, find.searches, find.nested_filters),
    "list_saved_filters": (find.saved_filters_and_their_pages,),
    "get_saved_filter": (find.each_saved_filter,),
    "get_filter_schema": (sample_of("get_filter_schema"),),
    "get_customer": (requests.get_each, requests.get_strange_ids),
    "list_history": (requests.history_of_each,),
    # How it begins; what it tells of whom is tried in tests/end_to_end/test_stream.py.
    "stream_changes": (sample_of("stream_changes"),),
    "get_profile": (notes.profile_of_each,),
    "get_conversation_request": (notes.each_conversation_request,),
    "list_notes": (notes.notes_of_each,),
    "get_note": (notes.each_note,),
    "list_note_changes": (sample_of("list_note_changes"),),
    "list_customer_tasks": (tasks.tasks_of_each,),
    "list_tasks": (tasks.tasks_in_every_way,),
    "get_task": (tasks.each_task,),
    "list_task_changes": (sample_of("list_task_changes"),),
    "list_comments": (sample_of("list_comments"),),
    "list_users": (requests.users_who_see_each,),
    "list_tags": (requests.tags_and_their_pages,),
    "get_tag": (requests.each_tag,),
    "list_teams": (requests.teams,),
    "get_bulk": (bulk.of_somebody_else,),
    "check_duplicates": (duplicates.check_what_is_typed,),
    "list_duplicates": (duplicates.queue_in_every_way,),
    "list_duplicate_clusters": (duplicates.clusters_in_pages,),
    "get_duplicate": (duplicates.each_pair,),
    "list_access_requests": (duplicates.requests_for_access,),
    "preview_merge": (merges.preview_with_each,),
    "list_merges": (merges.merges_in_pages,),
    "get_merge": (merges.each_merge,),
    "get_import": (files.imports_of_others,),
    "get_export": (files.exports_of_others,),
    "get_import_template": (sample_of("get_import_template"),),
    "get_report_schema": (sample_of("get_report_schema"),),
    "preview_report": (reports.previews,),
    "get_report_upload": (reports.of_others,),
    # For administrators only: refused in the same words whatever there is.
    "count_customers_without_team": (sample_of("count_customers_without_team"),),
    "list_unknown_teams": (sample_of("list_unknown_teams"),),
    "list_dead_letters": (sample_of("list_dead_letters"),),
    "list_scans": (sample_of("list_scans"),),
    "get_scan": (sample_of("get_scan"),),
    "stream_scan_events": (sample_of("stream_scan_events"),),
    "list_bulk_merges": (sample_of("list_bulk_merges"),),
    "get_bulk_merge": (sample_of("get_bulk_merge"),),
    "list_bulk_merge_refusals": (sample_of("list_bulk_merge_refusals"),),
    "stream_bulk_merge_events": (sample_of("stream_bulk_merge_events"),),
    "list_audit": (sample_of("list_audit"),),
    "list_members": (sample_of("list_members"),),
}

WRITES: Mapping[str, Row] = {
    "create_customer": (requests.create_and_use, requests.create_for_others),
    "update_customer": (requests.update_each,),
    "absorb_customer": (requests.absorb_each,),
    "delete_customer": (requests.delete_each,),
    "restore_customer": (requests.restore_each,),
    "decide_duplicate": (duplicates.decide_each_pair,),
    "request_access": (duplicates.ask_for_access,),
    "decide_access_request": (duplicates.decide_requests_for_access,),
    "start_scan": (sample_of("start_scan"),),
    "cancel_scan": (sample_of("cancel_scan"),),
    "merge_customers": (merges.merge_with_each, merges.merge_all_at_once),
    "undo_merge": (merges.undo_each,),
    "start_bulk_merge": (sample_of("start_bulk_merge"),),
    "cancel_bulk_merge": (sample_of("cancel_bulk_merge"),),
    "start_conversation": (notes.conversations_with_each,),
    "create_note": (notes.write_notes,),
    "update_note": (notes.change_each_note,),
    "delete_note": (sample_of("delete_note"),),
    "create_customer_task": (tasks.make_tasks,),
    "create_task": (sample_of("create_task"),),
    "update_task": (tasks.change_each_task,),
    "delete_task": (sample_of("delete_task"),),
    "add_comment": (tasks.comment_on_each_task,),
    "update_comment": (sample_of("update_comment"),),
    "delete_comment": (sample_of("delete_comment"),),
    "create_saved_filter": (find.keep_and_use,),
    "update_saved_filter": (find.change_each_saved_filter,),
    "delete_saved_filter": (sample_of("delete_saved_filter"),),
    "create_tag": (requests.changes_of_each_tag,),
    "update_tag": (requests.changes_of_each_tag,),
    "delete_tag": (sample_of("delete_tag"),),
    # Counts customers and names the filters of others, for administrators.
    "update_option": (sample_of("update_option"),),
    "archive_option": (sample_of("archive_option"),),
    # These also ask for what became of it.
    "start_bulk": (bulk.change_each, bulk.what_agents_may_not),
    "list_bulk": (bulk.change_each,),
    "list_bulk_refusals": (bulk.change_each,),
    "stream_bulk_events": (bulk.of_somebody_else,),
    "cancel_bulk": (bulk.of_somebody_else,),
    "create_import": (files.import_people,),
    "decide_import_row": (sample_of("decide_import_row"),),
    "create_export": (files.export_each,),
    "create_import_mapping": (files.mappings,),
    "create_report_upload": (reports.upload_people,),
    "create_report_configuration": (reports.templates,),
    "create_report_run": (reports.runs,),
    **dict.fromkeys(_WITH_OTHERS.split(), ()),
    "post_events": (requests.events_about_each,),
    "delete_team": (sample_of("delete_team"),),
    "replay_dead_letter": (sample_of("replay_dead_letter"),),
    "discard_dead_letter": (sample_of("discard_dead_letter"),),
}

_ACCOUNTS = "knows accounts, teams and keys only: the gateway answers it from its own tables"
_DEFINITIONS = "knows what administrators defined, not what customers have"
_DOOR = "the same for everybody, with or without customers"

NOTHING_TO_DO_WITH_CUSTOMERS: Mapping[str, str] = {
    **dict.fromkeys(("log_in", "log_out", "get_me", "update_me"), _ACCOUNTS),
    **dict.fromkeys(("create_user", "get_user", "update_user"), _ACCOUNTS),
    **dict.fromkeys(("create_team", "get_team", "update_team", "add_member", "remove_member"), _ACCOUNTS),
    **dict.fromkeys(("list_api_keys", "create_api_key", "revoke_api_key"), _ACCOUNTS),
    **dict.fromkeys(("list_custom_fields", "create_custom_field", "get_custom_field"), _DEFINITIONS),
    **dict.fromkeys(("update_custom_field", "archive_custom_field", "restore_custom_field"), _DEFINITIONS),
    **dict.fromkeys(("list_options", "add_option", "get_settings", "update_settings"), _DEFINITIONS),
    **dict.fromkeys(PUBLIC, _DOOR),
}

ROWS: Mapping[str, Row] = {**READS, **WRITES}


def operations_without_a_row(operations: Mapping[str, object]) -> list[str]:
    return sorted(operations.keys() - ROWS.keys() - NOTHING_TO_DO_WITH_CUSTOMERS.keys())


def rows_without_an_operation(operations: Mapping[str, object]) -> list[str]:
    """Names of the table that no operation has: renamed, or never there."""
    known = {*ROWS, *NOTHING_TO_DO_WITH_CUSTOMERS, *SAMPLES} - set(PUBLIC)
    return sorted(known - operations.keys())
