"""What may be said of an event: the words for each code, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one event. An error means that it would be parked, or lost; a warning, that it counts,
    but not as one might think. `detail` quotes nothing of the event but names."""

    line: int
    code: str
    pointer: str
    detail: str
    is_error: bool = True


HINTS: Final = {
    "not_json": "One event a line, or a JSON array of events, in UTF-8; a text ends on its line.",
    "too_deep": "At most 32 levels of objects and lists.",
    "nul_character": "U+0000 can be stored nowhere: leave it out.",
    "too_large": "An event has at most 1 MB. Send a link to what is large, and the first words as a preview.",
    "not_cloudevents": "CloudEvents 1.0, structured: specversion, id, source, type, time, data.",
    "unknown_version": "The versions that are read are in contracts/customers/schemas.",
    "schema": "Schemas are in contracts/customers/schemas, examples in contracts/customers/events/in.",
    "invalid_time": "A date and time of the calendar with its offset: 2026-03-01T12:00:00Z.",
    "routing_key": "The type is the routing key, which has at most 255 bytes.",
    "other_content": "What has the same source and id counts as the same event: only the first is taken.",
    "unknown_type": "It is taken, counted and has no effect. Is it spelled right?",
    "not_a_person": "Groups, broadcasts and newsletters are nobody's customer: the event has no effect.",
    "unusable_identity": "Nobody could be written to there: this identity is left out.",
    "no_scope": "Ids of a platform are unique only within the account that issued them: name it in `scope`.",
    "no_name": "It is a phone number, an e-mail address or empty, so it counts as no name.",
    "clock_ahead": "More than five minutes from now: it counts as the time of receipt.",
    "no_time": "Without it an event counts as of its receipt, and cannot be put in order.",
    "no_identity": "Parked, unless it is known from before: send identities with every event.",
    "source_form": "POST /v1/events takes only sources that begin with / and have no space.",
}
