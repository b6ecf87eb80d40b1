"""Values are mapped first and grouped once: which of a column's values are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from servicekit.text import folded
from services.reports.configuring.domain.model import Part, Subdivision
from services.reports.configuring.domain.texts import text_of
from services.reports.normalizing.domain.aliases import aliases_of
from services.reports.normalizing.domain.buckets import bucket_of, label_of
from services.reports.normalizing.domain.key import key_of
from services.reports.normalizing.domain.mapped import EMPTY, Mapped, Scalar, is_blank
from services.reports.normalizing.domain.naming import Group, Naming
from services.reports.normalizing.domain.rules import classify

UTC: Final = ZoneInfo("UTC")


def map_values(
    values: Sequence[Scalar],
    counts: Sequence[int],
    part: Part,
    *,
    zone: ZoneInfo = UTC,
    former: Mapping[str, str] | None = None,
) -> Mapped:
    """What each of the distinct `values` counts as; `counts` says how often each is there.

    In this order: a date becomes its bucket; what somebody split or joined; what was renamed since, folded
    old names to those of today in `former`; aliases; the automatic key.
    """
    former = former or {}
    if isinstance(part, Subdivision) and part.rules is not None:
        return classify(values, counts, part, zone=zone, former=former)
    finder = _Finder(part, zone, former)
    groups: dict[Group, list[int]] = {}
    for place, value in enumerate(values):
        if (group := finder.group_of(value)) is not None:
            groups.setdefault(group, []).append(place)
    found = Naming(part, values, counts).values_of(groups)
    codes = [EMPTY] * len(values)
    for code, (_, places) in enumerate(found):
        for place in places:
            codes[place] = code
    return Mapped(codes, [value for value, _ in found])


class _Finder:
    """To which group a value belongs."""

    def __init__(self, part: Part, zone: ZoneInfo, former: Mapping[str, str]) -> None:
        self.part, self.zone, self.former = part, zone, former
        self.split = frozenset(part.split)
        self.joined = _joined(part)
        self.aliases = aliases_of(part.aliases)
        self.by_key = {key_of(text): name for text, name in reversed([*self.joined.items()])}

    def group_of(self, value: Scalar) -> Group | None:
        """None for a blank one."""
        if is_blank(value):
            return None
        text = text_of(value)
        if self.part.unit and (first := bucket_of(text, self.part.unit, self.zone)):
            return self._own(first) or self._own(label_of(first, self.part.unit)) or ("bucket", first)
        if (own := self._own(text)) is not None:
            return own
        now = self.former.get(folded(text), text) if self.former else text
        if now is not text:
            return self._own(now) or self._unified(now, now)
        return self._unified(text, value)

    def _own(self, text: str) -> Group | None:
        if text in self.split:
            return "split", text
        name = self.joined.get(text)
        return None if name is None else ("own", name)

    def _unified(self, text: str, value: Scalar) -> Group:
        """By the key; a value that is not unified is a group of its own."""
        if not (self.part.normalize or self.aliases):
            return "raw", value
        key = key_of(text)
        if self.part.normalize and (name := self.by_key.get(key)) is not None:
            return "own", name
        if (alias := self.aliases.get(key)) is not None:
            return "alias", alias
        return ("auto", key) if self.part.normalize else ("raw", value)


def _joined(part: Part) -> dict[str, str]:
    """The name behind each spelling; a name is a spelling of itself, unless it is one of another."""
    joined = {name: name for name in part.join}
    joined.update({spelling: name for name, spellings in part.join.items() for spelling in spellings})
    return joined
