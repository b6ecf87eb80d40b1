"""All operations of the API. A module here is one resource; adding one means adding it to this list."""

from __future__ import annotations

from gateway.operations import Operation
from gateway.routes import (
    access_requests,
    api_keys,
    audit_trail,
    bulk,
    bulk_merges,
    comments,
    conversations,
    custom_fields,
    customers,
    dead_letters,
    door,
    duplicates,
    events,
    exports,
    history,
    import_mappings,
    import_rows,
    imports,
    me,
    merges,
    notes,
    saved_filters,
    sessions,
    settings,
    stream,
    tags,
    tasks,
    teams,
    unknown_teams,
    users,
)

_RESOURCES = (
    sessions,
    me,
    users,
    teams,
    api_keys,
    customers,
    bulk,
    saved_filters,
    history,
    conversations,
    notes,
    tasks,
    comments,
    duplicates,
    access_requests,
    merges,
    bulk_merges,
    imports,
    import_rows,
    import_mappings,
    exports,
    tags,
    custom_fields,
    settings,
    stream,
    events,
    dead_letters,
    unknown_teams,
    audit_trail,
    door,
)


def all_operations() -> list[Operation]:
    return [operation for resource in _RESOURCES for operation in resource.routes.operations]
