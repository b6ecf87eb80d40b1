"""Reading how the values of one field are put together: its unit, and what is joined, split and renamed."""

from __future__ import annotations

from typing import Any, Final

from servicekit.forms import Wrong, read_flag
from services.reports.configuring.domain.form import Form, one_of
from services.reports.configuring.domain.known import DATES, Fields, Known, find_known
from services.reports.configuring.domain.model import ALIAS_SETS, UNITS, VALUE, Json, Sort, Top
from services.reports.configuring.domain.spellings import read_spellings

PART: Final = ("field", "unit", "normalize", "aliases", "join", "split", "rename", "top")
MAX_TOP: Final = 1_000
MAX_SORT: Final = 600  # a key of cells: two names and what tells them apart
NOWHERE: Final = Known("", "", "text")


def read_field(form: Form, fields: Fields, key: str = "field") -> Known:
    """The field that it names; `NOWHERE` if there is none."""
    name = form.given.get(key)
    if name is None:
        form.wrong(key, code="required", detail="a field is needed")
        return NOWHERE
    if (known := find_known(name, fields)) is None:
        form.wrong(key, code="unknown_field", detail="there is no such field")
    return known or NOWHERE


def read_part(form: Form, known: Known) -> Json:
    """What a grouping and a subdivision have in common."""
    return {
        "field": known.field,
        "unit": _unit(form, known),
        "normalize": _normalize(form, known),
        "aliases": _aliases(form, known),
        **read_spellings(form),
        "top": form.value("top", read_top, None),
    }


def read_top(value: Any) -> Top:
    """A number, or a number and whether the rest is shown as one. Raises Wrong."""
    given = value if isinstance(value, dict) else {"n": value}
    n, others = given.get("n"), given.get("others", True)
    if given.keys() - {"n", "others"} or type(others) is not bool:
        raise Wrong("invalid_top", 'a number, or an object such as {"n": 10, "others": true}')
    if type(n) is not int or not 1 <= n <= MAX_TOP:
        raise Wrong("out_of_range", f"a whole number from 1 to {MAX_TOP}")
    return Top(n, others)


def read_sort(value: Any) -> Sort:
    """By the largest total, unless it says otherwise; values come by their order. Raises Wrong."""
    given = value if isinstance(value, dict) else {}
    by = given.get("by")
    descending = given.get("descending", by != VALUE)
    if given.keys() - {"by", "descending"} or not isinstance(by, str) or type(descending) is not bool:
        raise Wrong("invalid_sort", 'an object such as {"by": "total", "descending": true}')
    if not 0 < len(by) <= MAX_SORT:
        raise Wrong("invalid_sort", "value, total or the key of a column")
    return Sort(by, descending)


def _unit(form: Form, known: Known) -> str | None:
    if known.type in DATES:
        return form.value("unit", one_of(UNITS), "month")
    if form.given.get("unit") is not None and known is not NOWHERE:
        form.wrong("unit", code="unit_needs_date", detail="only dates have a unit")
    return None


def _normalize(form: Form, known: Known) -> bool | None:
    """What a form sends for a number or a date has no meaning, and does no harm."""
    said = form.value("normalize", read_flag, known.typed)
    return said if known.textual else None


def _aliases(form: Form, known: Known) -> tuple[str, ...]:
    read = one_of(ALIAS_SETS)
    named = [form.read(name, read, "", "aliases", n) for n, name in form.items("aliases", len(ALIAS_SETS))]
    if named and not known.textual:
        form.wrong("aliases", code="aliases_need_text", detail="only texts have other spellings")
    return tuple(dict.fromkeys(name for name in named if name))
