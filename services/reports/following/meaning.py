"""What former labels mean today, for one caller: of tags that they do not see, nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from servicekit.database import Transactions
from servicekit.text import folded
from services.reports.configuring.domain.known import Fields
from services.reports.configuring.domain.named import TAGS
from services.reports.following.repository import former_ids, former_labels
from services.reports.tags import Tags


def former_of_fields(
    database: Transactions, named: Collection[str], fields: Fields, tags: Tags
) -> dict[str, dict[str, str]]:
    """By field and folded old label the one of today. What something is called so today means that.

    Calls others: never within a transaction.
    """
    today = {field: [option.label for option in fields[field].options] for field in named if field in fields}
    options = {field: labels for field, labels in today.items() if field != TAGS}
    with database.reading() as connection:
        found = former_labels(connection, options) if options else {}
        ids = former_ids(connection, [TAGS]).get(TAGS) if TAGS in today else None
    if ids and (labels := _of_tags(ids, tags)):
        found[TAGS] = labels
    return found


def _of_tags(former: Mapping[str, Collection[UUID]], tags: Tags) -> dict[str, str]:
    """As if those that the caller does not see had never been."""
    tags.ask(ids=(str(each) for ids in former.values() for each in ids), names=former)
    found: dict[str, str] = {}
    for label, ids in former.items():
        own = tags.called(label)
        asked = [own] if own else [tags.with_id(str(each)) for each in ids]
        now = {tag.label for tag in asked if tag}
        if len(now) == 1 and folded(only := now.pop()) != label:
            found[label] = only
    return found
