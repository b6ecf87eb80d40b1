"""What other services are told of custom fields."""

from __future__ import annotations

from servicekit.events.cloudevent import Event
from services.customers.fields.domain.options import OptionChange


def option_renamed_v1(change: OptionChange) -> Event:
    """Every customer that had the option has the other label, or, after a join, the other option."""
    before, after = change.before, change.after
    return Event(
        type="custom_field.option_renamed.v1",
        data={
            "field": change.field.key,
            "option": str(before.id),
            "previous_label": before.label,
            "label": after.label,
            "joined_to": None if before.id == after.id else str(after.id),
        },
        subject=str(before.id),
        revision=change.field.version,
    )
