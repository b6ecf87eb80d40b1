import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest

from deploy.rabbitmq.connector import topology_of
from deploy.rabbitmq.definitions import OPERATOR, definitions, hash_password, passwords_from
from deploy.rabbitmq.rights import SERVICES, rights_of
from services.customers.outreach.domain.request import LIFETIME

USERS = [*(service.name for service in SERVICES), "connector-whatsapp"]


def _allows(pattern: str, name: str) -> bool:
    return re.search(pattern, name) is not None


def test_a_connector_may_write_events_read_its_own_requests_and_nothing_else():
    rights = rights_of("connector-whatsapp")
    assert _allows(rights.read, "connector-whatsapp.requests")
    for name in ("connector-demo.requests", "connector-whatsapp-2.requests", "channel.requests"):
        assert not _allows(rights.read, name)
        assert not _allows(rights.write, name)
    assert not _allows(rights.write, "connector-whatsapp.requests")
    assert _allows(rights.write, "channel.events")
    assert not _allows(rights.write, "crm.events")
    assert not _allows(rights.write, "nameko-rpc")
    assert not _allows(rights.read, "customers.events")
    assert not _allows(rights.configure, "connector-whatsapp")


@pytest.mark.parametrize("user", [service.name for service in SERVICES])
def test_a_service_declares_its_own_call_and_reply_queues_and_no_others(user: str):
    rights = rights_of(user)
    assert _allows(rights.configure, f"rpc-{user}")
    assert _allows(rights.configure, f"reply.{user}.0192")
    others = {service.name for service in SERVICES} - {user}
    for name in [*(f"rpc-{other}" for other in others), *(f"reply.{other}.1" for other in others)]:
        assert not _allows(rights.configure, name)
    for name in ("nameko-rpc", "crm.events", f"{user}.events", f"rpc-{user}-copy", f"my-rpc-{user}"):
        assert not _allows(rights.configure, name)


def test_a_service_reads_its_own_queues_and_no_others():
    rights = rights_of("customers")
    for name in ("rpc-customers", "reply.customers.1", "customers.events", "customers.events.dead"):
        assert _allows(rights.read, name)
    for name in ("rpc-gateway", "reply.gateway.1", "gateway.events", "customers.eventsX", "channel.events"):
        assert not _allows(rights.read, name)


def test_a_service_publishes_only_where_the_table_says():
    assert _allows(rights_of("customers").write, "channel.requests")
    assert _allows(rights_of("gateway").write, "channel.events")
    assert not _allows(rights_of("gateway").write, "channel.requests")
    assert not _allows(rights_of("customers").write, "channel.events")


@pytest.mark.parametrize("user", USERS)
def test_only_who_may_have_parked_messages_writes_to_the_default_exchange(user: str):
    assert _allows(rights_of(user).write, "amq.default") == (
        user in ("customers", "dedup", "reports", "tasks")
    )


def test_calls_go_only_to_the_services_named_and_only_own_calls_are_heard():
    (topics,) = rights_of("customers").topics
    assert _allows(topics.write, "gateway.__group__")
    assert _allows(topics.write, "reply.gateway.0192")
    assert not _allows(topics.write, "customers.get_customer")
    assert _allows(topics.read, "customers.*")
    assert _allows(topics.read, "reply.customers.0192")
    for key in ("gateway.*", "*.*", "#", "reply.gateway.0192", "reply.#"):
        assert not _allows(topics.read, key)


def test_only_the_gateway_overhears_events_and_only_those_that_it_tells():
    gateway = rights_of("gateway")
    assert _allows(gateway.configure, "push.gateway.0192")
    for right in (gateway.configure, gateway.write, gateway.read):
        assert not _allows(right, "push.customers.0192")
        assert not _allows(right, "customers.events")
    [heard] = [topics for topics in gateway.topics if topics.exchange == "crm.events"]
    assert _allows(heard.write, "directory.changed.v1")
    for key in ("customers.changed.v1", "customer.merged.v1", "interactions.added.v1", "task.due.v1"):
        assert _allows(heard.read, key)
    for key in ("#", "*.*.*", "duplicate.detected.v1", "directory.changed.v1"):
        assert not _allows(heard.read, key)
    for other in ("customers", "dedup", "import_export", "reports", "tasks"):
        assert not _allows(rights_of(other).read, "crm.events")
        assert not _allows(rights_of(other).configure, f"push.{other}.0192")


def test_nobody_unknown_has_rights():
    with pytest.raises(KeyError):
        rights_of("reports-of-somebody")


def test_passwords_are_stored_as_rabbitmq_hashes_them():
    stored = base64.b64decode(hash_password("geheim", salt=b"salt"))
    assert stored == b"salt" + hashlib.sha256(b"saltgeheim").digest()


def test_definitions_hold_every_user_with_its_rights_and_no_password():
    made = definitions("crm", {OPERATOR: "secret-o", **{user: f"secret-{user}" for user in USERS}})
    assert {user["name"]: user["tags"] for user in made["users"]} == {
        OPERATOR: ["administrator"],
        **{user: [] for user in USERS},
    }
    assert {permission["user"] for permission in made["permissions"]} == {OPERATOR, *USERS}
    assert "secret-" not in str(made)


def test_what_was_given_up_once_is_never_thrown_away_for_being_handed_out_often():
    """RabbitMQ 4 drops what a quorum queue without a limit of its own handed out 20 times."""
    policy = _policy("keep-dead-letters")
    assert re.search(policy["pattern"], "customers.events.dead")
    assert not re.search(policy["pattern"], "customers.events")
    assert policy["definition"]["delivery-limit"] >= 1_000_000


def test_requests_that_nobody_takes_are_let_go_when_their_time_is_up():
    policy = _policy("let-requests-go")
    assert re.search(policy["pattern"], "connector-whatsapp.requests")
    for queue in ("customers.events", "customers.events.dead", "rpc-customers", "my-connector-x.requests"):
        assert not re.search(policy["pattern"], queue)
    assert timedelta(milliseconds=policy["definition"]["message-ttl"]) == LIFETIME


def _policy(name: str) -> dict[str, Any]:
    (policy,) = (p for p in definitions("crm", {OPERATOR: "secret"})["policies"] if p["name"] == name)
    return policy


def test_a_connectors_queue_is_bound_to_its_accounts_and_no_others():
    topology = topology_of("connector-x", ["/channels/whatsapp/a.b", "/channels/sms/+1"])
    (queue,) = topology.queues()
    assert queue.name == "connector-x.requests"
    assert queue.bindings == (
        ("channel.requests", "conversation.requested.v1.whatsapp.a%2Eb"),
        ("channel.requests", "conversation.requested.v1.sms.%2B1"),
    )


@pytest.mark.parametrize("source", ["", "#", "/channels/whatsapp", "/channels/*/x", "/channels/whatsapp/a b"])
def test_a_queue_for_no_account_is_not_made(source: str):
    with pytest.raises(ValueError, match="no source"):
        topology_of("connector-x", [source])


def test_passwords_come_from_the_environment_by_user():
    environment = {
        "BROKER_PASSWORD_OPERATOR": "a",
        "BROKER_PASSWORD_CUSTOMERS": "b",
        "BROKER_PASSWORD_DEDUP": "e",
        "BROKER_PASSWORD_IMPORT_EXPORT": "i",
        "BROKER_PASSWORD_REPORTS": "r",
        "BROKER_PASSWORD_TASKS": "t",
        "BROKER_PASSWORD_GATEWAY": "c",
        "BROKER_PASSWORD_CONNECTOR_WHATSAPP": "d",
    }
    assert passwords_from(environment) == {
        "operator": "a",
        "customers": "b",
        "dedup": "e",
        "import_export": "i",
        "reports": "r",
        "tasks": "t",
        "gateway": "c",
        "connector-whatsapp": "d",
    }


def test_a_missing_password_is_named_and_never_replaced_by_a_default():
    with pytest.raises(
        ValueError, match="BROKER_PASSWORD_CUSTOMERS, BROKER_PASSWORD_DEDUP, BROKER_PASSWORD_IMPORT_EXPORT"
    ):
        passwords_from({"BROKER_PASSWORD_OPERATOR": "a", "BROKER_PASSWORD_CUSTOMERS": ""})


def test_a_password_for_somebody_without_rights_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        passwords_from(
            {
                f"BROKER_PASSWORD_{name}": "x"
                for name in (
                    "OPERATOR",
                    "CUSTOMERS",
                    "DEDUP",
                    "IMPORT_EXPORT",
                    "REPORTS",
                    "TASKS",
                    "GATEWAY",
                    "NOBODY",
                )
            }
        )
