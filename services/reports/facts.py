"""What a report can be about today, for one caller: asked of customers, never kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from servicekit.scope import Scope
from services.reports.configuring.domain.known import Known, known_of_facts
from services.reports.configuring.domain.named import TAGS
from services.reports.tags import Tags

Json = dict[str, Any]
HIDDEN_FIELDS: Final = frozenset({"email", "phone", "whatsapp"})
DEADLINE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Facts:
    """`fields` of live customers, as far as the caller may be told of them; `contact` those that say how
    somebody is reached. `masked`: contact data is hidden from the caller. `tags` are asked for as they are
    needed."""

    fields: Mapping[str, Known]
    contact: frozenset[str]
    masked: bool
    time_zone: str
    tags: Tags

    @property
    def fields_and_tags(self) -> Mapping[str, Known]:
        """With those tags as options that were asked for."""
        if TAGS not in self.fields:
            return self.fields
        return {**self.fields, TAGS: replace(self.fields[TAGS], options=self.tags.options)}

    @property
    def hidden(self) -> frozenset[str]:
        """Fields that there are, and that the caller is told nothing of."""
        return HIDDEN_FIELDS if self.masked else frozenset()


def ask_facts(customers: Callable[..., Any], scope: Scope) -> Facts:
    """Calls another service: never within a transaction."""
    told = customers("report_facts", scope.dump(), deadline=DEADLINE)
    return Facts(
        fields=known_of_facts(told),
        contact=frozenset(each["field"] for each in told["fields"] if each["contact"]),
        masked=told["masked"],
        time_zone=told["time_zone"],
        tags=Tags(customers, scope),
    )
