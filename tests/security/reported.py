"""What an administrator has of reports: an upload, templates that are shared and not, a run."""

from __future__ import annotations

from tests.security.file_requests import UNDER_WAY
from tests.security.known import World
from tests.security.report_requests import send_rows
from tests.security.report_samples import BY_STATUS
from tests.support.api import Api
from tests.support.waiting import eventually

_BY_PLAN = {"groupings": [{"field": "custom.plan", "join": {"Precious": ["Gold", "Silver"]}}]}


def keep_reports(admin: Api, world: World) -> None:
    """Makes them."""
    request = send_rows([{"name": "Nobody", "status": "active"}, {"name": "Nobody else"}])
    sent = admin.http.post("/v1/reports/uploads", content=request.raw, headers=dict(request.headers))
    world.report_upload = _over(admin, f"/v1/reports/uploads/{sent.raise_for_status().json()['id']}")
    for name, shared, configuration in (
        ("shared with 1", {"team": world.teams["1"]}, _BY_PLAN),
        ("shared with 3", {"team": world.teams["3"]}, _BY_PLAN),
        ("with all", "all", BY_STATUS),
        ("private", None, BY_STATUS),
    ):
        body = {"name": f"{name} {world.teams['1'][-6:]}", "configuration": configuration, "shared": shared}
        world.report_templates[name] = admin.created("/v1/reports/configurations", body)["id"]
    made = admin.post("/v1/reports/runs", {"configuration": BY_STATUS, "source": {"ids": []}})
    world.report_run = _over(admin, f"/v1/reports/runs/{made.raise_for_status().json()['id']}")


def _over(admin: Api, path: str) -> str:
    """Its id, once it is."""

    def look() -> bool:
        return admin.get(path).raise_for_status().json()["status"] not in UNDER_WAY

    eventually(look, within=30)
    return path.rpartition("/")[2]
