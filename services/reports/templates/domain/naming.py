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
    """Ids of options and tags, and what they are called."""

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
    labels, follows, stays = {folded(label) for label in asked.labels}, False, False
    for text, is_followed in _texts_in([template.configuration, template.source]):
        is_label = folded(text) in labels
        follows |= text in asked.ids or (is_label and is_followed)
        stays |= is_label and not is_followed
    if not (follows or stays):
        return None
    return {"kind": KIND, "id": str(template.id), "name": template.name, "follows": not stays}


def _texts_in(value: Any, *, is_followed: bool = False) -> Iterator[tuple[str, bool]]:
    """All that a configuration says, names among them; and whether a rename changes it: the label beside an
    id, and whatever is said of tags."""
    if isinstance(value, str):
        yield value, is_followed
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each, is_followed=is_followed)
    elif isinstance(value, dict):
        goes_along = is_followed or "option" in value or value.get("field") == TAGS
        for key, each in value.items():
            yield key, goes_along
            yield from _texts_in(each, is_followed=goes_along)


def _texts(asked: Mapping[str, Any], key: str) -> list[str]:
    given = asked.get(key) or []
    if not isinstance(given, list) or len(given) > _MOST or not all(isinstance(each, str) for each in given):
        raise Invalid.at(f"/{key}", "invalid_list", f"a list of at most {_MOST} texts is expected")
    return given
