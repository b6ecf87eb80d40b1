"""Imports and exports as a front-end does them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from tests.support.api import Api
from tests.support.waiting import eventually

Json = dict[str, Any]
IMPORTS, EXPORTS = "/v1/imports", "/v1/exports"
OVER = ("failed", "cancelled")


def as_csv(*rows: Sequence[object]) -> bytes:
    """The first row is the header."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue().encode()


def upload(api: Api, content: bytes, name: str = "people.csv") -> Json:
    """The import, once its file has been looked at."""
    answer = api.http.post(IMPORTS, files={"file": (name, content)})
    assert answer.status_code == 202, (answer.status_code, answer.text)
    assert answer.headers["location"] == f"{IMPORTS}/{answer.json()['id']}"
    return fine(in_phase(api, answer.json(), "mapping", *OVER))


def check(api: Api, run: Json, **options: Any) -> Json:
    """The import with what would become of its rows."""
    told(api, run, "check", options)
    return fine(in_phase(api, run, "checked", *OVER))


def start(api: Api, run: Json, **options: Any) -> Json:
    """The import as it is when it has begun."""
    return told(api, run, "start", options)


def finish(api: Api, run: Json, *, within: float = 60, **options: Any) -> Json:
    """Checked, started, and at its end."""
    check(api, run, **options)
    start(api, run, **options)
    return fine(in_phase(api, run, "finished", *OVER, within=within))


def told(api: Api, run: Json, step: str, body: Any = None) -> Json:
    """What such a step answers, which must be possible."""
    answer = api.post(f"{IMPORTS}/{run['id']}/{step}", body)
    assert answer.is_success, (answer.status_code, answer.text)
    return answer.json()


def in_phase(api: Api, run: Json, *phases: str, within: float = 60) -> Json:
    """The import, once it is in one of these."""

    def found() -> Json | None:
        present = look_at(api, run)
        return present if present["phase"] in phases else None

    return eventually(found, within=within)


def fine(run: Json) -> Json:
    """The import, which has not come to a bad end."""
    assert run["phase"] not in OVER, run["problem"]
    return run


def look_at(api: Api, run: Json) -> Json:
    return api.get(f"{IMPORTS}/{run['id']}").raise_for_status().json()


def outcomes(api: Api, run: Json) -> dict[int, tuple[str, str | None]]:
    """Of every row what becomes of it, and the code of that."""
    rows = api.every(f"{IMPORTS}/{run['id']}/rows", limit=200)
    return {row["n"]: (row["outcome"], row["code"]) for row in rows}


def exported(api: Api, **asked: Any) -> bytes:
    """The file of an export."""
    made = api.post(EXPORTS, asked)
    assert made.status_code == 202, (made.status_code, made.text)
    place = f"{EXPORTS}/{made.json()['id']}"
    done = eventually(lambda: (it := api.get(place).json())["finished_at"] and it, within=60)
    assert done["status"] == "succeeded", done["problem"]
    return api.get(f"{place}/file").raise_for_status().content


def lines(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by their headers."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def named(counts: Json, names: Iterable[str]) -> dict[str, int]:
    """These of the counts; all others must be 0."""
    assert not {name for name, count in counts.items() if count} - set(names), counts
    return {name: counts[name] for name in names}
