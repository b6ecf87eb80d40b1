"""A configuration as it is kept: options and tags by their ids, so that it follows when they are renamed.

Wherever a label of today stands in what people sent, `{"option": id, "label": as it was then}` is kept; and
since labels are names in `join` and `rename`, these are kept as lists.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from servicekit.text import folded
from services.reports.configuring.domain.former import NOTHING, Former, with_labels_of_today
from services.reports.configuring.domain.known import Fields, Known, Option
from services.reports.configuring.domain.model import Json

TAGS: Final = "tags"
# Of these the label that people see is what customers have; everything else is its own name.
_NAMED: Final = frozenset({"select", "multiselect", "tags"})
_COMPARED: Final = frozenset({"equals", "in"})
_PARTS: Final = ("groupings", "subdivisions")
Name = Any  # a text, or an option
Compared = Callable[[str], str]
Rewrite = Callable[..., Name]


def named_by_id(data: Json, fields: Fields, former: Former = NOTHING) -> Json:
    """What `Configuration.dump` wrote, as it is kept. What is called otherwise by now, as `former` says, is
    named by its id, too."""
    today = _Today(fields)
    data = with_labels_of_today(data, former)
    kept = _rewritten(data, fields, today.name)
    for sorted_ in _sorted(kept):
        sorted_["sort"] = {**sorted_["sort"], "by": today.cell(sorted_["sort"]["by"], data)}
    return kept


def labelled(stored: Json, fields: Fields) -> Json:
    """What was kept, as people write it: with today's labels. An option that is gone keeps its last one."""
    today = _Today(fields)
    shown = _rewritten(stored, fields, today.label)
    for sorted_ in _sorted(shown):
        sorted_["sort"] = {**sorted_["sort"], "by": today.cell_label(sorted_["sort"]["by"])}
    return shown


def options_in(stored: Any) -> Iterator[Json]:
    """Every option that something kept names."""
    if isinstance(stored, dict):
        if isinstance(stored.get("option"), str):
            yield stored
        else:
            stored = list(stored.values())
    if isinstance(stored, list):
        for each in stored:
            yield from options_in(each)


def tags_in(stored: Json) -> set[str]:
    """The ids of the tags that a configuration names."""
    return {option["option"] for option in _tag_options(stored)}


def with_labels_of(stored: Json, before: Json, written: Mapping[str, str]) -> Json:
    """The same, but tags that were in it `before` have the label that they had then, and others that which
    somebody has `written` for today's: it is what people are shown who do not see the tag."""
    kept = {_place(option): option["label"] for option in _tag_options(before)}
    stored = deepcopy(stored)
    for option in _tag_options(stored):
        option["label"] = kept.get(_place(option), written.get(option["label"], option["label"]))
    return stored


def _place(option: Json) -> tuple[str, bool | None]:
    """Labels of columns are another thing."""
    return option["option"], option.get("alone")


def _tag_options(stored: Json) -> Iterator[Json]:
    parts = [part for key in _PARTS for part in stored.get(key, ()) if part["field"] == TAGS]
    yield from options_in([[value for key, value in part.items() if key != "sort"] for part in parts])
    sorts = (each["sort"]["by"] for each in _sorted(stored))
    yield from (by for by in sorts if isinstance(by, dict) and by["field"] == TAGS)


def names_option(stored: Json, ids: Collection[str]) -> bool:
    """Whether one of these options or tags is named in what was kept."""
    return any(option["option"] in ids for option in options_in(stored))


class _Today:
    """The options of each field, as they are called today."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.by_label: dict[tuple[str, Compared], dict[str, Option]] = {}
        self.by_id: dict[str, dict[str, Option]] = {}

    def name(self, text: Name, known: Known | None, compared: Compared = str) -> Name:
        """The option, by its id; what is written otherwise than a label is a spelling of its own."""
        if known is None or not isinstance(text, str) or known.type not in _NAMED:
            return text
        option = self._options(known, compared).get(compared(text))
        return {"option": option.id, "label": option.label} if option else text

    def label(self, name: Name, known: Known | None, _compared: Compared = str) -> Name:
        """What it is called today."""
        if not isinstance(name, dict) or "option" not in name:
            return name
        option = self._ids(known).get(name["option"]) if known else None
        return option.label if option else name["label"]

    def cell(self, key: str, data: Json) -> Name:
        """A column of cells is called as its option; of several blocks each with its field before it."""
        blocks = data.get("subdivisions", ())
        for block in blocks:
            if (known := self.fields.get(block["field"])) is None or "rules" in block:
                continue
            before = f"{known.label}: " if len(blocks) > 1 else ""
            option = self.name(key.removeprefix(before), known)
            if isinstance(option, dict) and key == before + option["label"]:
                return {**option, "label": key, "field": known.field, "alone": not before}
        return key

    def cell_label(self, by: Name) -> Name:
        """What the column is called today."""
        if not isinstance(by, dict):
            return by
        known = self.fields.get(by["field"])
        option = self._ids(known).get(by["option"]) if known else None
        if known is None or option is None:
            return by["label"]
        return option.label if by["alone"] else f"{known.label}: {option.label}"

    def _options(self, known: Known, compared: Compared) -> dict[str, Option]:
        """By their labels; of several that are compared alike the first."""
        place = known.field, compared
        if place not in self.by_label:
            self.by_label[place] = {compared(option.label): option for option in reversed(known.options)}
        return self.by_label[place]

    def _ids(self, known: Known) -> dict[str, Option]:
        if known.field not in self.by_id:
            self.by_id[known.field] = {option.id: option for option in known.options}
        return self.by_id[known.field]


def _rewritten(data: Json, fields: Fields, rewrite: Rewrite) -> Json:
    """With every name in its parts written anew, by its id or by its label."""
    parts: Json = {
        key: [_part(part, fields.get(part.get("field")), rewrite) for part in data[key]]
        for key in _PARTS
        if key in data
    }
    return {**data, **parts}


def _part(part: Json, known: Known | None, rewrite: Rewrite) -> Json:
    written = dict(part)
    if "split" in part:
        written["split"] = [rewrite(name, known) for name in part["split"]]
    if "join" in part:
        written["join"] = _turned(part["join"], "name", "spellings", lambda name: rewrite(name, known))
    if "rename" in part:
        written["rename"] = _turned(part["rename"], "value", "as", lambda name: rewrite(name, known))
    if "rules" in part:
        written["rules"] = [_rule(rule, known, rewrite) for rule in part["rules"]]
    return written


def _turned(entries: Any, name: str, of: str, rewrite: Callable[[Name], Name]) -> Any:
    """An object by labels as a list, or such a list as an object; what is called alike now is one."""
    if isinstance(entries, dict):
        return [{name: rewrite(key), of: _each(value, of, rewrite)} for key, value in entries.items()]
    found: Json = {}
    for entry in entries:
        label, value = rewrite(entry[name]), _each(entry[of], of, rewrite)
        if isinstance(value, list):
            found.setdefault(label, []).extend(value)
        else:
            found.setdefault(label, value)
    return found


def _each(value: Any, of: str, rewrite: Callable[[Name], Name]) -> Any:
    return [rewrite(each) for each in value] if of == "spellings" else value


def _rule(rule: Json, known: Known | None, rewrite: Rewrite) -> Json:
    """Rules compare without case and accents."""
    if rule["op"] not in _COMPARED or known is None:
        return rule
    value = rule["value"]
    if isinstance(value, list):
        return {**rule, "value": [rewrite(each, known, folded) for each in value]}
    return {**rule, "value": rewrite(value, known, folded)}


def _sorted(data: Json) -> Iterator[Json]:
    """Whatever says how it is sorted."""
    yield from (part for part in (data, *data.get("groupings", ())) if part.get("sort"))
