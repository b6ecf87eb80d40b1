"""Messages that a service could not handle, to be looked at, replayed or discarded."""

from __future__ import annotations

from gateway.answers import Answer, no_content, page_answer
from gateway.call import Call
from gateway.feeds import after_cursor, merged_page
from gateway.operations import IfMatch, Routes
from gateway.parts import Part, ask_parts
from gateway.schemas.dead_letters import SERVICES, DeadLetterPage, DeadLetterQuery
from servicekit.errors import NotFound, Unavailable

routes = Routes("Dead letters")


@routes.get("/v1/dead-letters", query=DeadLetterQuery(), answers={200: DeadLetterPage})
async def list_dead_letters(call: Call) -> Answer:
    """Parked messages with the reason, those that were last seen most recently first.

    A service keeps them for 30 days. Services that cannot be asked are named in `missing`; 503 if none can.
    """
    limit = call.query["limit"]
    services = [call.query["service"]] if call.query["service"] else list(SERVICES)
    window = {"limit": limit, "after": after_cursor(call.query["cursor"], services)}
    found = await ask_parts(
        call, *(Part(each, "list_parked", kwargs=window, missing=(each,)) for each in services)
    )
    if not found.replies:
        raise Unavailable("service_down", {"retry_after": 1})
    for service, page in found.replies.items():
        page["data"] = [{**letter, "service": service} for letter in page["data"]]
    page = merged_page(list(found.replies.values()), services, limit=limit, time="last_seen")
    return page_answer(page | {"missing": found.missing})


@routes.post(
    "/v1/dead-letters/{letter_id}/replay",
    answers={202: None},
    idempotent=False,
    errors={409: "parked_body_incomplete"},
)
async def replay_dead_letter(call: Call) -> Answer:
    """Put a parked message back into its queue, after what was wrong has been mended."""
    await call.tell("replay_parked", call.path["letter_id"], service=await _keeper(call))
    return Answer(202, b"", [])


@routes.delete("/v1/dead-letters/{letter_id}", answers={204: None}, if_match=IfMatch.IGNORED)
async def discard_dead_letter(call: Call) -> Answer:
    """Throw a parked message away."""
    await call.tell("discard_parked", call.path["letter_id"], service=await _keeper(call))
    return no_content()


async def _keeper(call: Call) -> str:
    """The service that keeps the message. NotFound only when each of them said that it does not."""
    letter = (call.path["letter_id"],)
    found = await ask_parts(call, *(Part(each, "has_parked", letter, missing=(each,)) for each in SERVICES))
    keeper = next((service for service, reply in found.replies.items() if reply["found"]), None)
    if keeper is not None:
        return keeper
    if found.missing:
        raise Unavailable("service_down", {"retry_after": 1})
    raise NotFound("parked_message_not_found", {})
