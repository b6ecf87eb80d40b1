"""Which templates a rename is about: some hold the option or tag itself, others a text that says its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from servicekit.errors import Invalid
from servicekit.text import folded
from services.reports.templates.domain.renaming import TAGS
from services.reports.templates.domain.saved import Template

Json = dict[str, Any]
KIND = "report_template"
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Renamed:
    """Ids of options and tags, and what they were called. `now`: how the tags are called since: templates may
    have followed before anybody asked."""

    ids: frozenset[str]
    labels: frozenset[str]
    now: frozenset[str] = frozenset()

    @classmethod
    def load(cls, asked: Mapping[str, Any]) -> Renamed:
        """Raises Invalid."""
        ids = [*_texts(asked, "options"), *_texts(asked, "tags")]
        return cls(frozenset(ids), frozenset(_texts(asked, "labels")))

    @property
    def words(self) -> frozenset[str]:
        return self.ids | self.labels | self.now


def named_message(template: Template, asked: Renamed) -> Json | None:
    """None for one that has nothing to do with it."""
    labels, now = (frozenset(map(folded, texts)) for texts in (asked.labels, asked.now))
    follows = stays = False
    for text, part in _texts_in([template.configuration, template.source]):
        label = folded(text)
        follows |= (
            text in asked.ids or (part is not None and label in labels) or (part == TAGS and label in now)
        )
        stays |= part is None and label in labels
    if not (follows or stays):
        return None
    return {"kind": KIND, "id": str(template.id), "name": template.name, "follows": not stays}


def _texts_in(value: Any, *, part: str | None = None) -> Iterator[tuple[str, str | None]]:
    """All that a template says, names among them; and of what goes along with a rename, what it is: an
    option, beside whose id it stands, or tags."""
    if isinstance(value, str):
        yield value, part
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each, part=part)
    elif isinstance(value, dict):
        if value.get("field") == TAGS:
            part = TAGS
        elif "option" in value:
            part = "option"
        for key, each in value.items():
            yield key, part
            yield from _texts_in(each, part=part)


def _texts(asked: Mapping[str, Any], key: str) -> list[str]:
    given = asked.get(key) or []
    if not isinstance(given, list) or len(given) > _MOST or not all(isinstance(each, str) for each in given):
        raise Invalid.at(f"/{key}", "invalid_list", f"a list of at most {_MOST} texts is expected")
    return given
