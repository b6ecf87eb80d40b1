"""Values are mapped first and grouped once: which of a column's values are one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from servicekit.text import folded
from services.reports.configuring.domain.model import Part, Subdivision
from services.reports.configuring.domain.texts import text_of
from services.reports.normalizing.domain.aliases import aliases_of
from services.reports.normalizing.domain.buckets import buckets_of, label_of
from services.reports.normalizing.domain.key import key_of, keys_of
from services.reports.normalizing.domain.mapped import EMPTY, Mapped, Scalar
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
    groups = _Groups(part, zone, former).of(values)
    found = Naming(part, values, counts).values_of(groups)
    codes = [EMPTY] * len(values)
    for code, (_, places) in enumerate(found):
        for place in places:
            codes[place] = code
    return Mapped(codes, [value for value, _ in found])


class _Groups:
    """Which values belong together."""

    def __init__(self, part: Part, zone: ZoneInfo, former: Mapping[str, str]) -> None:
        self.part, self.zone, self.former = part, zone, former
        self.own = _own_groups(part)
        self.by_key: dict[str, Group] = {
            key: ("alias", name) for key, name in aliases_of(part.aliases).items()
        }
        if part.normalize:
            self.by_key |= {key_of(text): group for text, group in _joined(part)}

    def of(self, values: Sequence[Scalar]) -> dict[Group, list[int]]:
        """The places of the values of each group; a blank one is in none."""
        groups: dict[Group, list[int]] = defaultdict(list)
        undecided: list[tuple[int, Scalar]] = []
        texts = [value if isinstance(value, str) else text_of(value) for value in values]
        for place in self._dated(texts, groups):
            value, text = values[place], texts[place]
            group = self.own.get(text)
            if group is None and self.former and (now := self.former.get(folded(text))) is not None:
                group, value = self.own.get(now), now
            if group is not None:
                groups[group].append(place)
            elif text and not text.isspace():
                undecided.append((place, value))
        for (place, _), group in zip(
            undecided, self._unified([value for _, value in undecided]), strict=True
        ):
            groups[group].append(place)
        return groups

    def _dated(self, texts: Sequence[str], groups: dict[Group, list[int]]) -> Sequence[int]:
        """Puts dates into their buckets. Left are what is none, and texts about which somebody decided."""
        if self.part.unit is None:
            return range(len(texts))
        by_first: dict[str | None, list[int]] = defaultdict(list)
        for place, first in enumerate(buckets_of(texts, self.part.unit, self.zone)):
            by_first[first if texts[place] not in self.own else None].append(place)
        left = by_first.pop(None, [])
        for first, places in by_first.items():
            groups[self._bucket(str(first))] += places
        return left

    def _bucket(self, first: str) -> Group:
        """It may be named by its first day, or as it is written."""
        if not self.own:
            return "bucket", first
        label = label_of(first, self.part.unit or "")
        return self.own.get(first) or self.own.get(label) or ("bucket", first)

    def _unified(self, values: list[Scalar]) -> list[Group]:
        """By their keys; a value that is not unified is a group of its own."""
        if not (self.part.normalize or self.by_key):
            return [("raw", value) for value in values]
        keys = keys_of([value if isinstance(value, str) else text_of(value) for value in values])
        known, kind = self.by_key.get, "auto" if self.part.normalize else "raw"
        names: Sequence[Scalar] = keys if self.part.normalize else values
        return [known(key) or (kind, name) for key, name in zip(keys, names, strict=True)]


def _own_groups(part: Part) -> dict[str, Group]:
    """What somebody decided about just this spelling."""
    split: list[tuple[str, Group]] = [(text, ("split", text)) for text in part.split]
    return dict([*_joined(part), *split])


def _joined(part: Part) -> list[tuple[str, Group]]:
    """Spellings with what they were joined to; the last one decides. A name is a spelling of itself, unless
    it is one of another."""
    names: list[tuple[str, Group]] = [(name, ("own", name)) for name in part.join]
    return [*names, *((text, ("own", name)) for name, texts in part.join.items() for text in texts)]
