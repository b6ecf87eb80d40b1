"""Messages that a service could not handle, to be looked at, replayed or discarded."""

from __future__ import annotations

from gateway.answers import Answer, no_content, page_answer
from gateway.call import Call
from gateway.operations import IfMatch, Routes
from gateway.schemas.common import DeadLetter, PageQuery, page_of

routes = Routes("Dead letters")


@routes.get("/v1/dead-letters", query=PageQuery(), answers={200: page_of(DeadLetter)})
async def list_dead_letters(call: Call) -> Answer:
    """Parked messages with the reason, newest first. A service keeps them for 30 days."""
    return page_answer(await call.ask("list_parked", limit=call.query["limit"], cursor=call.query["cursor"]))


@routes.post(
    "/v1/dead-letters/{letter_id}/replay",
    answers={202: None},
    idempotent=False,
    errors={409: "parked_body_incomplete"},
)
async def replay_dead_letter(call: Call) -> Answer:
    """Put a parked message back into its queue, after what was wrong has been mended."""
    await call.tell("replay_parked", call.path["letter_id"])
    return Answer(202, b"", [])


@routes.delete("/v1/dead-letters/{letter_id}", answers={204: None}, if_match=IfMatch.IGNORED)
async def discard_dead_letter(call: Call) -> Answer:
    """Throw a parked message away."""
    await call.tell("discard_parked", call.path["letter_id"])
    return no_content()
