"""Requests to see a customer of another team, by whom a restricted answer told that there is one."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, page_answer, written_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import page_of
from gateway.schemas.duplicates import AccessDecision, AccessRequest, AccessRequestQuery, NewAccessRequest

routes = Routes("Access requests")
_SERVICE = "dedup"
_PATH = "/v1/access-requests"


@routes.post(_PATH, body=NewAccessRequest(), audited=True, answers={201: AccessRequest})
async def request_access(call: Call) -> Answer:
    """Ask administrators for the customer that a 409 could not show.

    `token` is the `access_request_token` of that answer: it works for 15 minutes, for whoever got it.
    Asking for the same customer again answers the request that waits already.
    """
    reply = await call.tell("request_access", call.body["token"], service=_SERVICE)
    return _written(reply, is_new=True)


@routes.get(_PATH, query=AccessRequestQuery(), answers={200: page_of(AccessRequest)})
async def list_access_requests(call: Call) -> Answer:
    """The caller's own requests, `pending` or `granted`; for administrators all, the newest first."""
    asked = {name: call.query[name] for name in ("state", "limit", "cursor")}
    return page_answer(await call.ask("list_access_requests", service=_SERVICE, **asked))


@routes.patch(
    f"{_PATH}/{{request_id}}",
    body=AccessDecision(),
    audited=True,
    answers={200: AccessRequest},
    errors={409: "already_decided: somebody has"},
)
async def decide_access_request(call: Call) -> Answer:
    """Grant a request, which gives the customer a team of whoever asks, or decline it."""
    reply = await call.tell(
        "decide_access_request", call.path["request_id"], call.body, version=call.version, service=_SERVICE
    )
    return _written(reply)


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    request = reply["request"]
    location = f"{_PATH}/{request['id']}" if is_new else None
    return written_answer(request, replayed=reply.get("replayed", False), location=location)
