"""Which templates a rename is about: some hold the option or tag itself, others a text that says its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from servicekit.errors import Invalid
from servicekit.text import folded
from services.reports.templates.domain.saved import Template

Json = dict[str, Any]
KIND = "report_template"
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Renamed:
    """Ids of options and tags, and what they were called."""

    ids: frozenset[str]
    labels: frozenset[str]

    @classmethod
    def load(cls, asked: Mapping[str, Any]) -> Renamed:
        """Raises Invalid."""
        ids = [*_texts(asked, "options"), *_texts(asked, "tags")]
        return cls(frozenset(ids), frozenset(_texts(asked, "labels")))

    @property
    def words(self) -> frozenset[str]:
        return self.ids | self.labels


def named_message(template: Template, asked: Renamed) -> Json | None:
    """None for one that has nothing to do with it."""
    labels = frozenset(map(folded, asked.labels))
    follows = stays = False
    for text, goes_along in _texts_in([template.configuration, template.source]):
        label = folded(text)
        follows |= text in asked.ids or (goes_along and label in labels)
        stays |= not goes_along and label in labels
    if not (follows or stays):
        return None
    return {"kind": KIND, "id": str(template.id), "name": template.name, "follows": not stays}


def _texts_in(value: Any, *, goes_along: bool = False) -> Iterator[tuple[str, bool]]:
    """All that a template says, names among them, and whether it goes along with a rename: the label of an
    option or a tag, beside whose id it stands."""
    if isinstance(value, str):
        yield value, goes_along
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each, goes_along=goes_along)
    elif isinstance(value, dict):
        goes_along = goes_along or "option" in value
        for key, each in value.items():
            yield key, goes_along
            yield from _texts_in(each, goes_along=goes_along)


def _texts(asked: Mapping[str, Any], key: str) -> list[str]:
    given = asked.get(key) or []
    if not isinstance(given, list) or len(given) > _MOST or not all(isinstance(each, str) for each in given):
        raise Invalid.at(f"/{key}", "invalid_list", f"a list of at most {_MOST} texts is expected")
    return given
