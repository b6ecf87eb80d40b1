"""Reading what people decided about spellings: which are one value, which stand alone, what is shown."""

from __future__ import annotations

from typing import Final

from services.reports.configuring.domain.form import Form, read_name, read_spelling
from services.reports.configuring.domain.model import Json

MAX_JOINS: Final = 1_000
MAX_SPELLINGS: Final = 500


def count_named(part: object) -> int:
    """How many values somebody decided about in a part, right or wrong: told without reading any of them."""
    if not isinstance(part, dict):
        return 0
    join, rules = part.get("join"), part.get("rules")
    joined = sum(1 + _length(each) for each in join.values()) if isinstance(join, dict) else 0
    ruled = [each.get("value") for each in rules if isinstance(each, dict)] if isinstance(rules, list) else []
    return joined + _length(part.get("split")) + _length(part.get("rename")) + sum(map(_length, ruled))


def _length(value: object) -> int:
    return len(value) if isinstance(value, list | dict) else 0


def read_spellings(form: Form) -> Json:
    """`join`, `split` and `rename`. A spelling is in one of the first two, and in one join only."""
    joins: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for key, value in _entries(form, "join"):
        name = form.read(key, read_name, "", "join", key)
        spellings = _spellings_of(form, key, value)
        for n, spelling in enumerate(spellings):
            if spelling in taken and spelling:
                form.wrong("join", key, n, code="repeated", detail="this spelling is in another join")
        taken.update(spellings)
        joins[name] = tuple(dict.fromkeys((*joins.get(name, ()), *filter(None, spellings))))
    return {"join": joins, "split": _split(form, taken), "rename": _renamed(form)}


def _spellings_of(form: Form, key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not value:
        form.wrong("join", key, code="invalid_list", detail="a list of spellings is expected")
        return []
    if len(value) > MAX_SPELLINGS:
        form.wrong("join", key, code="too_many", detail=f"at most {MAX_SPELLINGS} spellings")
        return []
    read = (form.read(each, read_spelling, "", "join", key, n) for n, each in enumerate(value))
    return list(dict.fromkeys(read))


def _split(form: Form, joined: set[str]) -> tuple[str, ...]:
    split: dict[str, None] = {}
    for n, value in form.items("split", MAX_JOINS):
        spelling = form.read(value, read_spelling, "", "split", n)
        if spelling in joined and spelling:
            form.wrong("split", n, code="repeated", detail="this spelling is in a join")
        split[spelling] = None
    return tuple(filter(None, split))


def _renamed(form: Form) -> dict[str, str]:
    renamed: dict[str, str] = {}
    for key, value in _entries(form, "rename"):
        spelling = form.read(key, read_spelling, "", "rename", key)
        renamed[spelling] = form.read(value, read_name, "", "rename", key)
    return {spelling: name for spelling, name in renamed.items() if spelling and name}


def _entries(form: Form, key: str) -> list[tuple[str, object]]:
    value = form.given.get(key)
    if value is None:
        return []
    if not isinstance(value, dict):
        form.wrong(key, code="invalid_object", detail="an object is expected")
        return []
    if len(value) > MAX_JOINS:
        form.wrong(key, code="too_many", detail=f"at most {MAX_JOINS}")
        return []
    return list(value.items())
