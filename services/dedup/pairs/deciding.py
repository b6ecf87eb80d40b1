""" "Not the same", said by somebody who sees both: remembered for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import Transactions, UnitOfWork
from servicekit.errors import Invalid, NotFound
from servicekit.inputs import find_id
from services.dedup.index import repository as index
from services.dedup.pairs import queries, repository
from services.dedup.pairs.looking import Look
from services.dedup.pairs.messages import dump_pair, load_pair
from services.dedup.pairs.queries import Pair

Json = dict[str, Any]
NOT_DUPLICATE: Final = "not_duplicate"


def read_decision(data: Mapping[str, Any]) -> None:
    """Raises Invalid for anything but the one that there is."""
    if unknown := data.keys() - {"decision"}:
        raise Invalid.at(f"/{min(unknown)}", "unknown_property", "not a property of a decision")
    if data.get("decision") != NOT_DUPLICATE:
        raise Invalid.at("/decision", "unknown_decision", f"{NOT_DUPLICATE} is expected")


def decide(db: Transactions, look: Look, pair_id: Any, idempotency: Json | None) -> Json:
    """`{"pair", "replayed"}`. Raises NotFound for a pair that the caller does not see."""
    found = find_id(pair_id)
    if look.is_masked:
        raise not_found()
    pair = _first(db, look, idempotency) or _find(db, found)
    check_seen(look, pair)
    pair, replayed = db.run(lambda uow: _decide(uow, look, pair, idempotency))
    message = look.pair_message(pair, cluster=pair.id, decision=NOT_DUPLICATE)
    if message is None:
        raise not_found()
    return {"pair": message, "replayed": replayed}


def check_seen(look: Look, pair: Pair) -> None:
    """And gets their messages. Raises NotFound."""
    look.look_at(pair.ends)
    if not look.sees(pair):
        raise not_found()
    look.show(pair.ends)


def not_found() -> NotFound:
    """The same for one that never was and for one of others."""
    return NotFound("pair_not_found")


def _find(db: Transactions, pair_id: UUID | None) -> Pair:
    with db.reading() as connection:
        pair = queries.find(connection, pair_id) if pair_id else None
    if pair is None:
        raise not_found()
    return pair


def _first(db: Transactions, look: Look, idempotency: Json | None) -> Pair | None:
    """The pair that a repeated request has decided: it is in no table any more."""
    if idempotency is None:
        return None
    with db.unit_of_work() as uow:
        outcome = _begin(uow, look, idempotency)
        uow.idempotency.forget()
    return load_pair(outcome["pair"]) if outcome else None


def _decide(uow: UnitOfWork, look: Look, pair: Pair, idempotency: Json | None) -> tuple[Pair, bool]:
    if outcome := _begin(uow, look, idempotency):
        return load_pair(outcome["pair"]), True
    connection = uow.connection
    index.lock(connection)
    now = queries.find(connection, pair.id)
    if now is None:
        raise not_found()
    by = UUID(look.scope.user_id)
    repository.decide(connection, [now.ends], origin=repository.PERSON, by=by, at=utc_now())
    repository.remove(connection, now.id)
    uow.idempotency.finish({"status": 200, "id": str(now.id), "pair": dump_pair(now)})
    return now, False


def _begin(uow: UnitOfWork, look: Look, idempotency: Json | None) -> Json | None:
    if idempotency is None:
        return None
    return uow.idempotency.begin(
        idempotency["key"], user_id=look.scope.user_id, request_hash=idempotency["hash"]
    )
