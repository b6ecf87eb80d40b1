"""Throw-away databases and vhosts on the PostgreSQL and RabbitMQ that `make test` started.

Reads TEST_POSTGRES_URL (a superuser), TEST_AMQP_URL (without a vhost) and TEST_RABBITMQ_API
(the management API, with user and password). Names are random, so test processes never meet.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg


def _required(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise RuntimeError(f"{name} is not set: run the tests with `make test`") from None


@contextmanager
def fresh_database(prefix: str = "test") -> Iterator[str]:
    """A new empty database; yields its URL (`postgresql://…`) and drops it afterwards."""
    server = _required("TEST_POSTGRES_URL")
    name = f"{prefix}_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def fresh_vhost(prefix: str = "test") -> Iterator[str]:
    """A new empty vhost that the test user may use freely; yields its AMQP URL."""
    api, name = _required("TEST_RABBITMQ_API").rstrip("/"), f"{prefix}_{secrets.token_hex(6)}"
    user = urlsplit(_required("TEST_AMQP_URL")).username
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    with httpx.Client(base_url=api, timeout=30, trust_env=False, verify=False) as client:
        client.put(f"/api/vhosts/{name}").raise_for_status()
        client.put(f"/api/permissions/{name}/{user}", json=everything).raise_for_status()
        try:
            yield f"{_required('TEST_AMQP_URL').rstrip('/')}/{name}"
        finally:
            client.delete(f"/api/vhosts/{name}")
