"""How groups of spellings are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from services.reports.configuring.domain.model import Part
from services.reports.configuring.domain.texts import text_of
from services.reports.normalizing.domain.buckets import label_of
from services.reports.normalizing.domain.key import key_of
from services.reports.normalizing.domain.mapped import Scalar, Value

# What puts values into a group, and what they have in common: raw (nothing but themselves), bucket, auto (the
# key), alias, own (a join), split (they stand alone).
Group = tuple[str, Scalar]
Groups = Mapping[Group, list[int]]
_BY: Final = {"alias": "alias", "own": "own", "split": "own", "auto": "auto"}
_WEAKEST_FIRST: Final = ("none", "auto", "alias", "own")


class Naming:
    """Calls the groups of one column, whose values these are, by their names."""

    def __init__(self, part: Part, values: Sequence[Scalar], counts: Sequence[int]) -> None:
        self.part, self.values, self.counts = part, values, counts
        # Without spaces that nobody sees.
        self.tidy = [" ".join(text_of(value).split()) for value in values] if part.normalize else []
        self.renamed_keys = (
            {key_of(text): name for text, name in reversed([*part.rename.items()])} if part.normalize else {}
        )

    def values_of(self, groups: Groups) -> list[tuple[Value, list[int]]]:
        """Each value with the places of its spellings. Groups that are shown alike are one, but for what
        somebody wants to stand alone."""
        labels = [self._label(group, places) for group, places in groups.items()]
        if len(set(labels)) == len(labels):
            together = [[group] for group in groups]
        else:
            together, labels = _together(groups, labels)
        named = zip(labels, together, strict=True)
        return [self._value(label, members, groups) for label, members in named]

    def _value(self, label: str, members: list[Group], groups: Groups) -> tuple[Value, list[int]]:
        places = groups[members[0]]
        if len(members) == 1 and len(places) == 1 and members[0][0] == "auto":
            # Most are like this where there are very many.
            return Value(label, label, (self.values[places[0]],)), places
        if len(members) > 1:
            places = [place for member in members for place in groups[member]]
        in_order = places if self.part.unit else sorted(places, key=self._rarity)
        spellings = tuple([self.values[place] for place in in_order])
        return Value(_kept(members, label), label, spellings, _by(members, len(places))), places

    def _rarity(self, place: int) -> tuple[int, str]:
        return -self.counts[place], text_of(self.values[place])

    def _label(self, group: Group, places: list[int]) -> str:
        """What somebody calls it, or what it is called by itself."""
        label = self._own_label(group, places)
        return self._renamed(group, label) if self.part.rename else label

    def _renamed(self, group: Group, label: str) -> str:
        (kind, name), key = group, ""
        if kind in ("auto", "own", "alias"):
            key = str(name) if kind == "auto" else key_of(label)
        renamed = self.part.rename.get(label) or self.part.rename.get(text_of(name))
        return renamed or self.renamed_keys.get(key) or label

    def _own_label(self, group: Group, places: list[int]) -> str:
        kind, name = group
        if kind == "auto":
            return self.tidy[places[0]] if len(places) == 1 else self._most_frequent(places)
        return label_of(str(name), self.part.unit or "day") if kind == "bucket" else text_of(name)

    def _most_frequent(self, places: list[int]) -> str:
        """Of several as frequent the smallest text."""
        often: Counter[str] = Counter()
        for place in places:
            often[self.tidy[place]] += self.counts[place]
        return min(often, key=lambda text: (-often[text], text))


def _together(groups: Groups, labels: list[str]) -> tuple[list[list[Group]], list[str]]:
    """Groups with one label, but for those that stand alone."""
    found: dict[Group | str, tuple[str, list[Group]]] = {}
    for group, label in zip(groups, labels, strict=True):
        alike = group if group[0] == "split" else label
        found.setdefault(alike, (label, []))[1].append(group)
    return [members for _, members in found.values()], [label for label, _ in found.values()]


def _kept(members: list[Group], label: str) -> Scalar:
    """Numbers, truth values and dates that are called otherwise stay what they are."""
    kind, name = members[0]
    if len(members) == 1 and (kind == "bucket" or (kind == "raw" and not isinstance(name, str))):
        return name
    return label


def _by(members: list[Group], spellings: int) -> str:
    if len(members) == 1:
        by = _BY.get(members[0][0], "none")
        return "none" if by == "auto" and spellings == 1 else by
    by = max((_BY.get(kind, "none") for kind, _ in members), key=_WEAKEST_FIRST.index)
    # Only a name that somebody gave makes one of them.
    return "own" if by == "none" else by
