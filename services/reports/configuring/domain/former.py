"""A form that was open while somebody renamed an option or a tag still says the old label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from servicekit.text import folded
from services.reports.configuring.domain.model import Json

# By field and folded old label the one of today.
Former = Mapping[str, Mapping[str, str]]
NOTHING: Final[Former] = {}
_PARTS: Final = ("groupings", "subdivisions")
_COMPARED: Final = frozenset({"equals", "in"})


def with_labels_of_today(data: Json, former: Former) -> Json:
    """What `Configuration.dump` wrote, with the labels of today for former ones. What people called a group
    or a class themselves is theirs."""
    parts: Json = {
        key: [_part(part, former.get(part["field"], {})) for part in data[key]]
        for key in _PARTS
        if key in data
    }
    return {**data, **parts}


def _part(part: Json, former: Mapping[str, str]) -> Json:
    if not former:
        return part
    texts = set(_texts(part))
    meant = {text: former[folded(text)] for text in texts if folded(text) in former}
    often = Counter(meant.values())
    # No two spellings become one: each may stand in one place only.
    now = {text: label for text, label in meant.items() if label not in texts and often[label] == 1}
    return _written(part, lambda text: now.get(text, text))


def _texts(part: Json) -> Iterator[str]:
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _written(part, note)
    yield from found


def _written(part: Json, write: Callable[[str], str]) -> Json:
    """With every spelling in it written anew."""
    written = dict(part)
    if "split" in part:
        written["split"] = list(map(write, part["split"]))
    if "join" in part:
        written["join"] = {name: list(map(write, texts)) for name, texts in part["join"].items()}
    if "rename" in part:
        written["rename"] = {write(text): name for text, name in part["rename"].items()}
    if "rules" in part:
        written["rules"] = [_rule(rule, write) for rule in part["rules"]]
    return written


def _rule(rule: Json, write: Callable[[str], str]) -> Json:
    if rule["op"] not in _COMPARED:
        return rule
    value = rule["value"]
    several = [_value(each, write) for each in value] if isinstance(value, list) else _value(value, write)
    return {**rule, "value": several}


def _value(value: Any, write: Callable[[str], str]) -> Any:
    return write(value) if isinstance(value, str) else value
