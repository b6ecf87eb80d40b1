"""Customers: asked of the customers service under the caller's scope."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, moved, no_content, page_answer, resource_answer, written_answer
from gateway.call import Call
from gateway.operations import IfMatch, Routes
from gateway.schemas.customers import (
    Absorb,
    Customer,
    CustomerPatch,
    NewCustomer,
    WrittenCustomer,
)
from gateway.schemas.finding import CustomerPage, CustomerQuery, CustomerSearch

routes = Routes("Customers")
_DUPLICATE = "duplicate_customer: see the members"
_BUDGET = "duplicate_budget_exhausted: too many answers told of customers outside the caller's teams"
_SELECTING = ("q", "filter", "saved_filter")
_TOO_EXPENSIVE = "query_too_expensive: it ran out of time; ask for less"


@routes.get(
    "/v1/customers",
    query=CustomerQuery(),
    answers={200: CustomerPage},
    errors={422: _TOO_EXPENSIVE},
    zoned=True,
)
async def list_customers(call: Call) -> Answer:
    """The customers that the caller may see: all of them, or those who match a search, a filter, or both.

    Sorted by `name`, `created_at`, `updated_at`, `last_interaction_at`, or by a custom field of numbers or
    dates (`custom.<key>`); a leading `-` turns the order round; empty values come last. Without `sort`
    come the newest customers first, and with `q` those who match it best.
    """
    return await _page(call, call.query)


@routes.post(
    "/v1/customers/search",
    body=CustomerSearch(),
    answers={200: CustomerPage},
    errors={422: _TOO_EXPENSIVE},
    idempotent=False,
    zoned=True,
)
async def search_customers(call: Call) -> Answer:
    """The same list, asked with a body, which no log and no proxy keeps."""
    return await _page(call, call.body)


@routes.post(
    "/v1/customers",
    body=NewCustomer(),
    answers={201: WrittenCustomer},
    errors={409: _DUPLICATE, 429: _BUDGET},
)
async def create_customer(call: Call) -> Answer:
    """Create a customer, unless this person is known already.

    A known e-mail, phone, WhatsApp or platform id answers 409 with the customers that the caller may see
    and links to view, merge into, or update each.
    """
    data, allow = _without_allowance(call.body)
    reply = await call.tell("create_customer", data, allow_duplicate=allow)
    return _written(reply, is_new=True)


@routes.get("/v1/customers/{customer_id}", answers={200: Customer, 308: None})
async def get_customer(call: Call) -> Answer:
    """One customer. The id of a merged one leads to its survivor (308).

    Always whole: messages and the caller's rights change what is shown without a new version.
    """
    reply = await call.ask("get_customer", call.path["customer_id"])
    if "moved_to" in reply:
        return _moved(reply)
    return resource_answer(reply["customer"])


@routes.patch(
    "/v1/customers/{customer_id}",
    body=CustomerPatch(),
    answers={200: WrittenCustomer, 308: None},
    errors={409: _DUPLICATE, 429: _BUDGET},
)
async def update_customer(call: Call) -> Answer:
    """Change a customer with a JSON merge patch.

    `email`, `phone` and `whatsapp` replace the primary address of their kind; to keep the old one beside
    the new, add a contact point. Nothing is applied to a merged id (308).
    """
    patch, allow = _without_allowance(call.body)
    reply = await call.tell(
        "update_customer", call.path["customer_id"], patch, version=call.version, allow_duplicate=allow
    )
    return _moved(reply) if "moved_to" in reply else _written(reply)


@routes.delete("/v1/customers/{customer_id}", answers={204: None, 308: None})
async def delete_customer(call: Call) -> Answer:
    """Delete a customer; it can be restored for 30 days."""
    reply = await call.tell("delete_customer", call.path["customer_id"], version=call.version)
    return _moved(reply) if "moved_to" in reply else no_content()


@routes.post("/v1/customers/{customer_id}/restore", answers={200: WrittenCustomer}, errors={409: _DUPLICATE})
async def restore_customer(call: Call) -> Answer:
    """Restore a deleted customer, unless somebody else has its addresses by now."""
    return _written(await call.tell("restore_customer", call.path["customer_id"]))


@routes.post(
    "/v1/customers/{customer_id}/absorb",
    body=Absorb(),
    if_match=IfMatch.OPTIONAL,
    answers={200: WrittenCustomer, 308: None},
    errors={409: _DUPLICATE, 429: _BUDGET},
)
async def absorb_customer(call: Call) -> Answer:
    """Merge what was typed for a new customer into this one: fill gaps, add tags and contact points."""
    data = dict(call.body)
    mode = data.pop("mode")
    reply = await call.tell(
        "absorb_customer", call.path["customer_id"], data, mode=mode, version=call.version
    )
    return _moved(reply, "/absorb") if "moved_to" in reply else _written(reply)


async def _page(call: Call, asked: dict[str, Any]) -> Answer:
    reply = await call.ask(
        "list_customers",
        asked["limit"],
        asked.get("cursor"),
        asked.get("sort"),
        include_total="total" in asked["include"],
        deleted=asked.get("deleted", False),
        **{key: asked[key] for key in _SELECTING if asked.get(key) is not None},
        **({"time_zone": zone} if (zone := call.time_zone) else {}),
    )
    return page_answer(reply)


def _without_allowance(body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    data = dict(body)
    return data, data.pop("allow_duplicate")


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    customer = reply["customer"]
    if reply.get("warnings"):
        customer = customer | {"warnings": reply["warnings"]}
    location = f"/v1/customers/{customer['id']}" if is_new else None
    return written_answer(customer, replayed=reply.get("replayed", False), location=location)


def _moved(reply: dict[str, Any], operation: str = "") -> Answer:
    return moved(f"/v1/customers/{reply['moved_to']}{operation}")
