"""What somebody has typed so far about a new customer, checked in itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicekit.problems import Problems, escaped
from services.dedup.domain.facts import Facts, facts_of_typed

CONTACT: Final = ("email", "phone", "whatsapp")
FIELDS: Final = ("name", *CONTACT)
_LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Typed:
    """By field, without those that are empty."""

    fields: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.fields.get("name", "")

    @property
    def has_contact(self) -> bool:
        return any(kind in self.fields for kind in CONTACT)

    def facts(self, region: str) -> Facts:
        """What is no address yet is left out."""
        return facts_of_typed(self.fields, default_region=region)


def read_typed(data: Mapping[str, Any]) -> Typed:
    """Raises Invalid for what no form can hold."""
    problems = Problems()
    for key in sorted(data.keys() - set(FIELDS)):
        problems.add(f"/{escaped(key)}", "unknown_property", "there is no such field")
    for field in FIELDS:
        if not isinstance(data.get(field), str | None):
            problems.add(f"/{field}", "invalid_type", "a text is expected")
        elif len(data.get(field) or "") > _LONGEST:
            problems.add(f"/{field}", "too_long", f"at most {_LONGEST} characters")
    problems.raise_if_any()
    given = ((field, (data.get(field) or "").strip()) for field in FIELDS)
    return Typed({field: text for field, text in given if text})
