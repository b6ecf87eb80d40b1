"""Reports as a front-end asks for them."""

from __future__ import annotations

from typing import Any

from tests.support.api import Api
from tests.support.waiting import eventually

Json = dict[str, Any]
REPORTS = "/v1/reports"
# What an answer says besides the table: whom it is about, and when it was made.
_BESIDE = ("source", "as_of", "warnings")


def preview(api: Api, source: Json, configuration: Json, **more: Any) -> Json:
    """Of a form that must be right."""
    body = {"source": source, "configuration": configuration, **more}
    answer = api.post(f"{REPORTS}/preview", body)
    assert answer.status_code == 200, (answer.status_code, answer.text)
    return answer.json()


def table(report: Json) -> Json:
    """All that a report says of customers."""
    return {name: said for name, said in report.items() if name not in _BESIDE}


def cells(report: Json) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    """By the values of each row its total and its cells."""
    return {tuple(row["values"]): (row["total"], row["cells"]) for row in report["rows"]}


def uploaded(api: Api, content: bytes, name: str = "people.json") -> Json:
    """The upload, once it has been read."""
    sent = api.http.post(f"{REPORTS}/uploads", files={"file": (name, content)})
    assert sent.status_code == 202, (sent.status_code, sent.text)
    return over(api, f"{REPORTS}/uploads/{sent.json()['id']}")


def run(api: Api, **asked: Any) -> Json:
    """A run that has come to its end."""
    made = api.post(f"{REPORTS}/runs", asked)
    assert made.status_code == 202, (made.status_code, made.text)
    return over(api, made.headers["location"])


def over(api: Api, path: str) -> Json:
    """The job, which must have succeeded."""

    def found() -> Json | None:
        job: Json = api.get(path).raise_for_status().json()
        return None if job["status"] in ("queued", "running") else job

    job = eventually(found, within=60)
    assert job["status"] == "succeeded", job["problem"]
    return job
