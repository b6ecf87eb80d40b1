"""The audit trail."""

from __future__ import annotations

from gateway import audit
from gateway.answers import Answer, page_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.paging import after_cursor, cut
from gateway.schemas.common import AuditEntry, PageQuery, page_of

routes = Routes("Audit")


@routes.get("/v1/audit", query=PageQuery(), answers={200: page_of(AuditEntry)})
async def list_audit(call: Call) -> Answer:
    """What administrators changed, who merged or asked for access, which answers told of hidden customers.

    Newest first. An entry that says "started" is one whose outcome nobody saw: it may have happened.
    """
    limit, after = call.query["limit"], after_cursor(call.query["cursor"])
    rows = await call.resources.database.read(lambda c: audit.page(c, limit=limit, after=after))
    return page_answer(cut(rows, limit, audit.audit_message))
