"""What a connector leaves lying is let go by the broker: too much, and too old."""

import copy
import os
import secrets
from urllib.parse import urlsplit

import amqp

from deploy.local.broker_api import BrokerApi
from deploy.rabbitmq.connector import topology_of
from deploy.rabbitmq.definitions import definitions
from servicekit.events.topology import declare
from tests.support.waiting import eventually

QUEUE, KEY = "connector-x.requests", "conversation.requested.v1.whatsapp.acme"


def test_the_latest_requests_are_kept_until_their_time_is_up():
    vhost, api = f"requests_{secrets.token_hex(4)}", BrokerApi(os.environ["TEST_RABBITMQ_API"])
    server = urlsplit(os.environ["TEST_AMQP_URL"])
    api.load(_hurried(vhost))
    api.allow_everything(vhost, server.username or "")
    try:
        declare(
            f"{os.environ['TEST_AMQP_URL']}/{vhost}",
            [topology_of("connector-x", ["/channels/whatsapp/acme"])],
        )
        with amqp.Connection(
            f"{server.hostname}:{server.port}",
            userid=server.username or "",
            password=server.password or "",
            virtual_host=vhost,
        ) as connection:
            channel = connection.channel()
            channel.confirm_select()
            for number in range(5):
                channel.basic_publish_confirm(
                    amqp.Message(str(number)), "channel.requests", KEY, mandatory=True
                )
            assert channel.basic_get(QUEUE, no_ack=True).body == "2"
            eventually(lambda: channel.queue_declare(QUEUE, passive=True).message_count == 0, within=20)
    finally:
        api.delete_vhost(vhost)


def _hurried(vhost: str) -> dict[str, list[dict[str, object]]]:
    """The real policy with numbers that a test can wait for."""
    made = copy.deepcopy(definitions(vhost, {}))
    (policy,) = (policy for policy in made["policies"] if policy["name"] == "let-requests-go")
    assert policy["definition"].keys() == {"message-ttl", "max-length", "overflow"}
    policy["definition"] |= {"message-ttl": 2_000, "max-length": 3}
    return made
