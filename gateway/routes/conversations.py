"""Conversations that people here begin: asked of a channel's connector through the customers service."""

from __future__ import annotations

from gateway.answers import Answer, mark_replayed, resource_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.conversations import ConversationRequest, NewConversation

routes = Routes("Conversations")
_REFUSED = (
    "customer_blocked; no_address: none that the channel reaches; too_many_requests: too many of this "
    "customer are open"
)


@routes.post(
    "/v1/customers/{customer_id}/conversations",
    body=NewConversation(),
    answers={202: ConversationRequest},
    errors={409: _REFUSED},
)
async def start_conversation(call: Call) -> Answer:
    """Ask a channel's connector to begin a conversation with a customer.

    The answer is the request; what becomes of it is told at its `Location`: `started` with the conversation,
    `refused` with the connector's reason, `no_connector` where nobody speaks for the account, `expired` after
    24 hours. Without `contact_point_id` the best address for the channel is taken, without `source` the
    account of the customer's latest conversation on it, else the only one. On a merged id the conversation
    belongs to the survivor.
    """
    reply = await call.tell("start_conversation", call.path["customer_id"], call.body)
    request = reply["request"]
    location = f"/v1/conversation-requests/{request['id']}".encode()
    answer = resource_answer(request, status=202, headers={b"location": location})
    return mark_replayed(answer) if reply["replayed"] else answer


@routes.get("/v1/conversation-requests/{request_id}", answers={200: ConversationRequest})
async def get_conversation_request(call: Call) -> Answer:
    """What became of a request. Always whole: time runs out without a new version."""
    return resource_answer(await call.ask("get_conversation_request", call.path["request_id"]))
