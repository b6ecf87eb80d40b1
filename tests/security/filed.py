"""What an administrator has of each: an import that is over, a mapping, an export."""

from __future__ import annotations

from typing import Any

from tests.security.file_requests import UNDER_WAY, csv_of, upload
from tests.security.known import World
from tests.support.api import Api
from tests.support.waiting import eventually

_NOBODY = csv_of(("Name", "Email"), ("", "nobody@example.com"))


def keep_files(admin: Api, world: World) -> None:
    """Makes them."""
    world.imported = imported(admin, _NOBODY)
    columns = [{"column": "Name", "to": "name"}]
    body = {"name": f"Mapping of {world.seed} {world.imported}", "mapping": {"columns": columns}}
    world.mapping = admin.created("/v1/import-mappings", body)["id"]
    made = admin.post("/v1/exports", {"format": "csv", "ids": []}).raise_for_status().json()
    world.exported = _over(admin, f"/v1/exports/{made['id']}")["id"]


def imported(admin: Api, content: bytes, **options: Any) -> str:
    """An import of this file, done; returns its id."""
    request = upload(content)
    answer = admin.http.post("/v1/imports", content=request.raw, headers=dict(request.headers))
    one = f"/v1/imports/{answer.raise_for_status().json()['id']}"
    assert _over(admin, one)["phase"] == "mapping"
    for step, phase in (("check", "checked"), ("start", "finished")):
        answer = admin.post(f"{one}/{step}", options)
        assert answer.status_code == 202, answer.text
        assert _over(admin, one)["phase"] == phase
    return one.rpartition("/")[2]


def _over(admin: Api, path: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = admin.get(path).raise_for_status().json()
        return None if found["status"] in UNDER_WAY else found

    found: dict[str, Any] = eventually(look, within=30)
    return found
