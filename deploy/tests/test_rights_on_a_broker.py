"""The broker itself refuses what the table of rights does not allow."""

import os
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import amqp
import pytest
from amqp.exceptions import AccessRefused

from deploy.local.broker_api import BrokerApi
from deploy.rabbitmq.connector import topology_of
from deploy.rabbitmq.definitions import definitions
from servicekit.events.topology import declare

PASSWORD = "only for this test"
USERS = ("customers", "gateway", "connector-whatsapp", "connector-instagram")
ACCOUNT = "/channels/whatsapp/acme.main"
KEY = "conversation.requested.v1.whatsapp.acme%2Emain"


class Broker:
    """A vhost with its exchanges and queues, and a channel for each user."""

    def __init__(self, vhost: str, suffix: str) -> None:
        self._vhost, self._suffix = vhost, suffix
        self.open: list[amqp.Connection] = []

    def channel(self, user: str) -> amqp.Channel:
        server = urlsplit(os.environ["TEST_AMQP_URL"])
        login, password = (user + self._suffix, PASSWORD)
        if user == "operator":
            login, password = server.username or "", server.password or ""
        connection = amqp.Connection(
            f"{server.hostname}:{server.port}", userid=login, password=password, virtual_host=self._vhost
        )
        connection.connect()
        self.open.append(connection)
        return connection.channel()


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    vhost, suffix = f"rights_{secrets.token_hex(4)}", f"-{secrets.token_hex(4)}"
    api = BrokerApi(os.environ["TEST_RABBITMQ_API"])
    # Under names of their own: users are shared by all vhosts, and other tests use the real names.
    api.load(_renamed(definitions(vhost, dict.fromkeys(USERS, PASSWORD)), suffix))
    api.allow_everything(vhost, urlsplit(os.environ["TEST_AMQP_URL"]).username or "")
    it = Broker(vhost, suffix)
    channel = it.channel("operator")
    for exchange in ("nameko-rpc", "channel.events", "crm.events"):
        channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
    channel.queue_declare("customers.events", durable=True, auto_delete=False)
    channel.queue_bind("customers.events", "channel.events", "#")
    url = f"{os.environ['TEST_AMQP_URL']}/{vhost}"
    declare(url, [topology_of("connector-whatsapp", [ACCOUNT])])
    yield it
    for connection in it.open:
        connection.collect()
    api.delete_vhost(vhost)
    for user in USERS:
        api.delete_user(user + suffix)


def _renamed(made: dict[str, list[dict[str, object]]], suffix: str) -> dict[str, list[dict[str, object]]]:
    users = [{**user, "name": f"{user['name']}{suffix}"} for user in made["users"]]
    renamed = {
        kind: [{**right, "user": f"{right['user']}{suffix}"} for right in made[kind]]
        for kind in ("permissions", "topic_permissions")
    }
    return {**made, "users": users, **renamed}


def _publish(channel: amqp.Channel, exchange: str, key: str) -> None:
    """With confirms, as a refusal comes only after the publish."""
    channel.confirm_select()
    channel.basic_publish_confirm(amqp.Message("{}"), exchange, key)


def test_a_connector_reports_events_and_hears_nothing(broker: Broker):
    _publish(broker.channel("connector-whatsapp"), "channel.events", "conversation.started.v1")
    assert broker.channel("customers").basic_get("customers.events", no_ack=True) is not None
    with pytest.raises(AccessRefused):
        broker.channel("connector-whatsapp").basic_get("customers.events")


@pytest.mark.parametrize(
    ("user", "exchange", "key"),
    [
        ("connector-whatsapp", "nameko-rpc", "customers.get_customer"),
        ("connector-whatsapp", "crm.events", "customers.changed.v1"),
        ("connector-whatsapp", "", "customers.events"),
        ("gateway", "", "customers.events"),
        ("connector-whatsapp", "channel.requests", KEY),
        ("connector-whatsapp", "", "connector-whatsapp.requests"),
        ("gateway", "channel.requests", KEY),
        ("customers", "channel.events", "conversation.started.v1"),
        ("customers", "nameko-rpc", "customers.get_customer"),
    ],
)
def test_publishing_elsewhere_is_refused(broker: Broker, user: str, exchange: str, key: str):
    with pytest.raises(AccessRefused):
        _publish(broker.channel(user), exchange, key)


def test_a_connector_takes_what_is_asked_of_its_account(broker: Broker):
    _publish(broker.channel("customers"), "channel.requests", KEY)
    assert _taken(broker, "connector-whatsapp") == KEY
    assert _taken(broker, "connector-whatsapp") is None


@pytest.mark.parametrize(
    "key", ["whatsapp.acme.main", "whatsapp.acme", "whatsapp.acme%2Emain2", "sms.acme%2Emain", "whatsapp.#"]
)
def test_a_connector_hears_nothing_of_other_accounts(broker: Broker, key: str):
    _publish(broker.channel("customers"), "channel.requests", f"conversation.requested.v1.{key}")
    assert _taken(broker, "connector-whatsapp") is None


def _taken(broker: Broker, user: str) -> str | None:
    message = broker.channel(user).basic_get("connector-whatsapp.requests", no_ack=True)
    return None if message is None else str(message.delivery_info["routing_key"])


@pytest.mark.parametrize("user", ["connector-instagram", "customers", "gateway"])
def test_nobody_else_reads_what_is_asked_of_a_connector(broker: Broker, user: str):
    with pytest.raises(AccessRefused):
        broker.channel(user).basic_get("connector-whatsapp.requests")
    with pytest.raises(AccessRefused):
        broker.channel(user).queue_purge("connector-whatsapp.requests")


@pytest.mark.parametrize("user", ["connector-instagram", "connector-whatsapp"])
def test_no_connector_decides_of_which_accounts_it_hears(broker: Broker, user: str):
    for queue in ("connector-whatsapp.requests", "connector-instagram.requests", "amq.mine"):
        with pytest.raises(AccessRefused):
            broker.channel(user).queue_declare(queue, durable=True, auto_delete=False)
    with pytest.raises(AccessRefused):
        broker.channel(user).queue_bind(
            "connector-whatsapp.requests", "channel.requests", "conversation.requested.v1.#"
        )
    with pytest.raises(AccessRefused):
        broker.channel(user).queue_delete("connector-whatsapp.requests")


def test_a_service_takes_calls_and_answers_them(broker: Broker):
    caller, service = broker.channel("gateway"), broker.channel("customers")
    service.queue_declare("rpc-customers", durable=True, auto_delete=False, arguments={"x-expires": 30_000})
    service.queue_bind("rpc-customers", "nameko-rpc", "customers.*")
    caller.queue_declare("reply.gateway.1", exclusive=True)
    caller.queue_bind("reply.gateway.1", "nameko-rpc", "reply.gateway.1")
    _publish(caller, "nameko-rpc", "customers.get_customer")
    assert service.basic_get("rpc-customers", no_ack=True) is not None
    _publish(service, "nameko-rpc", "reply.gateway.1")
    assert caller.basic_get("reply.gateway.1", no_ack=True) is not None


def test_nobody_listens_to_the_calls_and_answers_of_another(broker: Broker):
    for number, key in enumerate(("gateway.*", "reply.gateway.*", "#")):
        # A queue of its own: the broker lets go of an exclusive one a moment after its connection.
        spy, queue = broker.channel("customers"), f"reply.customers.spy{number}"
        spy.queue_declare(queue, exclusive=True)
        with pytest.raises(AccessRefused):
            spy.queue_bind(queue, "nameko-rpc", key)
        spy.connection.collect()


def test_nobody_declares_the_queue_of_another(broker: Broker):
    with pytest.raises(AccessRefused):
        broker.channel("customers").queue_declare("rpc-gateway", durable=True, auto_delete=False)


def test_the_gateway_overhears_what_it_may_tell_and_nothing_else(broker: Broker):
    gateway = broker.channel("gateway")
    gateway.queue_declare("push.gateway.1", exclusive=True)
    gateway.queue_bind("push.gateway.1", "crm.events", "customers.changed.v1")
    _publish(broker.channel("customers"), "crm.events", "customers.changed.v1")
    assert gateway.basic_get("push.gateway.1", no_ack=True) is not None
    _publish(broker.channel("gateway"), "crm.events", "directory.changed.v1")
    with pytest.raises(AccessRefused):
        gateway.queue_bind("push.gateway.1", "crm.events", "#")
    with pytest.raises(AccessRefused):
        broker.channel("customers").queue_declare("push.gateway.2", exclusive=True)
