"""The rights of every broker user: one table, from which the broker's definitions are made.

RabbitMQ asks for `configure` to declare a queue, `write` to publish to an exchange and to bind a queue,
`read` to consume from a queue and to bind it to an exchange. On topic exchanges the routing key can be
held as well, when publishing (`write`) and when binding (`read`).

The topology step declares exchanges and event queues as the operator, so that no service needs the right
to. What a service declares itself is its own RPC queue, which expires when the service is away for long,
its reply queues, and queues of one process for what it hears only while it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

RPC_EXCHANGE = "nameko-rpc"
EVENT_EXCHANGE = "crm.events"
INBOUND_EXCHANGE = "channel.events"
REQUEST_EXCHANGE = "channel.requests"
DEFAULT_EXCHANGE = "amq.default"  # as rights call the exchange without a name
CONNECTOR_PREFIX = "connector-"

_NOTHING = "^$"
_ANYTHING = ".*"


@dataclass(frozen=True)
class TopicRights:
    """Patterns for routing keys on one topic exchange."""

    exchange: str
    write: str
    read: str


@dataclass(frozen=True)
class Rights:
    """Patterns for names of queues and exchanges, and for routing keys."""

    configure: str = _NOTHING
    write: str = _NOTHING
    read: str = _NOTHING
    topics: tuple[TopicRights, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class ServiceAccount:
    """What one service does on the broker."""

    name: str
    calls: tuple[str, ...]
    publishes: tuple[str, ...] = ()
    has_events: bool = False
    overhears: tuple[str, ...] = ()  # families of events that its processes bind queues of their own to


# The table. A new service gets a line here; see docs/adding-a-service.md.
SERVICES = (
    ServiceAccount(
        name="customers",
        calls=("gateway",),
        publishes=("crm.events", REQUEST_EXCHANGE),
        has_events=True,
    ),
    ServiceAccount(name="dedup", calls=("gateway", "customers"), publishes=(), has_events=True),
    ServiceAccount(name="import_export", calls=("gateway", "customers", "tasks"), publishes=("crm.events",)),
    ServiceAccount(name="reports", calls=("gateway", "customers"), has_events=True),
    ServiceAccount(name="tasks", calls=("gateway", "customers"), publishes=("crm.events",), has_events=True),
    # It takes events from connectors that speak HTTP, and passes them on.
    ServiceAccount(
        name="gateway",
        calls=("customers", "dedup", "import_export", "reports", "tasks"),
        publishes=("crm.events", INBOUND_EXCHANGE),
        overhears=("customers", "customer", "interactions", "note", "task"),
    ),
)


def rights_of(user: str) -> Rights:
    """The rights of a service or of a connector; KeyError for anybody else."""
    if user.startswith(CONNECTOR_PREFIX):
        return connector_rights(user)
    return service_rights({account.name: account for account in SERVICES}[user])


def service_rights(account: ServiceAccount) -> Rights:
    """Answers calls to itself, calls the services it names, reads its own queues, publishes its events."""
    name = re.escape(account.name)
    overheard = [EVENT_EXCHANGE] if account.overhears else []
    own_queues = [f"rpc-{name}", rf"reply\.{name}\..+"]
    if account.overhears:
        own_queues.append(rf"push\.{name}\..+")
    event_queues = [rf"{name}\.events(\.dead)?"] if account.has_events else []
    exchanges = [re.escape(exchange) for exchange in (RPC_EXCHANGE, *account.publishes)]
    # Parked messages are put back into the service's own queue. RabbitMQ cannot hold this right to one queue.
    replay = [re.escape(DEFAULT_EXCHANGE)] if account.has_events else []
    called = [rf"{re.escape(service)}\..+" for service in account.calls]
    return Rights(
        configure=_one_of(own_queues),
        write=_one_of([*own_queues, *exchanges, *replay]),
        read=_one_of([*own_queues, *event_queues, *map(re.escape, [RPC_EXCHANGE, *overheard])]),
        topics=(
            TopicRights(
                RPC_EXCHANGE,
                # An answer goes to whoever asked: the key is in the request, and says only who reads it.
                write=_one_of([*called, r"reply\..+"]),
                # Nobody else's calls and answers can be listened to.
                read=_one_of([rf"{name}\..+", rf"reply\.{name}\..+"]),
            ),
            *(
                TopicRights(exchange, write=_ANYTHING, read=_one_of(_families(account.overhears)))
                for exchange in overheard
            ),
        ),
    )


def connector_rights(user: str) -> Rights:
    """A connector reports what happened on its channel and reads what is asked of it, nothing else.

    It binds nothing: of which accounts it hears is decided by who made its queue.
    """
    return Rights(
        write=_one_of([re.escape(INBOUND_EXCHANGE)]), read=_one_of([re.escape(request_queue(user))])
    )


def request_queue(connector: str) -> str:
    """From which a connector takes requests; connector.py declares it."""
    return f"{connector}.requests"


def _families(names: Iterable[str]) -> list[str]:
    """Patterns for the keys of all events of these families."""
    return [rf"{re.escape(name)}\..+" for name in names]


def _one_of(patterns: Iterable[str]) -> str:
    return f"^({'|'.join(patterns)})$"
