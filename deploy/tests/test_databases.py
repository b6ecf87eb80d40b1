"""A service reaches its own database and no other."""

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest

from deploy.local.plan import SystemPlan
from deploy.local.processes import PACKAGES


def _plan(passwords: dict[str, str], prefix: str) -> SystemPlan:
    return SystemPlan(
        postgres_url=os.environ["TEST_POSTGRES_URL"],
        amqp_url="amqp://unused",
        vhost="unused",
        storage_url="unused",
        prefix=prefix,
        database_passwords=passwords,
        broker_passwords={},
    )


@pytest.fixture(scope="module")
def plan() -> Iterator[SystemPlan]:
    it = _plan({account: secrets.token_hex(8) for account in PACKAGES}, f"apart_{secrets.token_hex(4)}_")
    it.create_databases()
    yield it
    it.drop_databases()


def test_a_service_owns_its_database(plan: SystemPlan):
    with psycopg.connect(plan.database_url("customers")) as connection:
        connection.execute("CREATE TABLE t (i int)")
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.rollback()


def test_a_service_cannot_enter_the_database_of_another(plan: SystemPlan):
    server = plan.database_url("customers").rpartition("/")[0]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(f"{server}/{plan.prefix}gateway")


def test_a_service_may_make_neither_roles_nor_databases(plan: SystemPlan):
    with psycopg.connect(plan.database_url("customers"), autocommit=True) as connection:
        for statement in ("CREATE ROLE intruder", "CREATE DATABASE elsewhere"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_creating_again_keeps_the_data_and_changes_the_password(plan: SystemPlan):
    with psycopg.connect(plan.database_url("gateway"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (i int)")
    again = _plan({account: secrets.token_hex(8) for account in PACKAGES}, plan.prefix)
    again.create_databases()
    with psycopg.connect(again.database_url("gateway")) as connection:
        connection.execute("SELECT FROM kept")
    plan.create_databases()
