"""Facts, columns and mappings for tests."""

from __future__ import annotations

from services.import_export.mapping.domain.mapper import Mapped, Mapper


def a_field(key, kind, label=None, *, options=()):
    options = [{"id": f"00000000-0000-4000-8000-{n:012d}", "label": each} for n, each in enumerate(options)]
    return {"key": key, "label": label or key.title(), "type": kind, "required": False, "options": options}


FIELDS = [
    a_field("score", "number"),
    a_field("birthday", "date", "Date of birth"),
    a_field("met", "datetime"),
    a_field("plan", "select", options=["Gold", "Silver, old"]),
    a_field("likes", "multiselect", options=["Tea", "Coffee; black", "Maté, cold"]),
    a_field("news", "boolean", "Newsletter"),
    a_field("site", "url"),
    a_field("remark", "text"),
]
TEAM = {"id": "00000000-0000-4000-8000-00000000000a", "name": "Sales"}


def facts(*, region="BR", zone="America/Sao_Paulo", fields=FIELDS):
    settings = {"default_region": region, "time_zone": zone, "allow_duplicates": False}
    return {"fields": list(fields), "teams": [TEAM], "users": [], "settings": settings}


def a_column(index, header, *samples, **more):
    column = {"index": index, "header": header, "letter": chr(65 + index % 26), "samples": list(samples)}
    return {**column, "filled": len(samples), **more}


def columns(headers, *rows):
    """A column for each header, with the rows as samples."""
    return [a_column(n, header, *(row[n] for row in rows)) for n, header in enumerate(headers)]


def a_mapper(targets, *, samples=(), region="BR", **mapping):
    """A column for each target, called like it; a dictionary says what the mapping has under `as`."""
    pairs = targets.items() if isinstance(targets, dict) else [(target, {}) for target in targets]
    entries = [{"column": n, "to": to, "as": said} for n, (to, said) in enumerate(pairs)]
    known = columns([entry["to"] for entry in entries], *samples)
    return Mapper({"columns": entries, **mapping}, facts(region=region), known)


def read(target, cell, *, samples=(), region="BR", **said) -> Mapped:
    """A row with one cell, beside the name."""
    mapper = a_mapper({target: said, "name": {}}, samples=[[each, ""] for each in samples], region=region)
    return mapper.row([cell, "Ana"])


def value_of(target, mapped):
    """What the cell became, or the code that refused it."""
    if mapped.form is None:
        return next(error["code"] for error in mapped.errors)
    if target.startswith("custom."):
        return mapped.form.get("custom", {}).get(target.removeprefix("custom."))
    return mapped.form.get(target)
