"""Health, metrics and the documentation: open to anyone."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from gateway.answers import Answer, json_answer
from gateway.call import Call
from gateway.deadline import within
from gateway.operations import Routes
from gateway.schemas.common import Health
from servicekit.errors import NotFound, Unavailable

routes = Routes("Operation")
_READY_WITHIN = 2.0


@routes.get("/livez", answers={200: Health})
async def livez(_: Call) -> Answer:
    """The process runs."""
    return json_answer({"status": "alive"})


@routes.get("/readyz", answers={200: Health, 503: Health})
async def readyz(call: Call) -> Answer:
    """The process can work: its database answers, and it has found the bus since it started.

    Losing the bus later does not make it unready: it still takes events and logs people in.
    """
    parts = {"database": await _database(call), "bus": "up" if call.resources.bus.ready else "down"}
    call.resources.found.update(name for name, state in parts.items() if state == "up")
    ready = parts["database"] == "up" and "bus" in call.resources.found
    status = "ready" if ready else "not ready"
    return json_answer({"status": status, "parts": parts}, status=200 if ready else 503)


@routes.get("/metrics", answers={200: None})
async def metrics(_: Call) -> Answer:
    """Metrics for Prometheus."""
    return Answer(200, generate_latest(), [(b"content-type", CONTENT_TYPE_LATEST.encode())])


@routes.get("/v1/openapi.json", answers={200: None})
async def openapi_document(call: Call) -> Answer:
    """This API as OpenAPI 3.1."""
    return _page(call, "openapi.json")


@routes.get("/docs", answers={200: None})
async def docs_page(call: Call) -> Answer:
    """This API for people."""
    return _page(call, "index.html")


@routes.get("/docs/{key}", answers={200: None})
async def docs_file(call: Call) -> Answer:
    """A file that the page loads."""
    return _page(call, call.path["key"])


def _page(call: Call, name: str) -> Answer:
    page = call.resources.pages.get(name)
    if page is None:
        raise NotFound("page_not_found", {})
    return Answer(page.status, page.body, list(page.headers))


async def _database(call: Call) -> str:
    try:
        asked = call.resources.database.read(lambda connection: connection.scalar(text("SELECT 1")))
        await within(_READY_WITHIN, asked)
    except (Unavailable, TimeoutError):
        return "down"
    return "up"
