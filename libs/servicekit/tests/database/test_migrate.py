"""Migrations as a step of its own: once, however many start it; and a check that code and database fit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from servicekit.database.migrate import MigrationFailed, migrate
from servicekit.testing.infrastructure import fresh_database

ENVIRONMENT = """\
from servicekit.database.migrate import run_environment
from {package}.tables import metadata

run_environment(metadata)
"""
TABLES = """\
from sqlalchemy import Column, Integer, MetaData, Table
from servicekit.database.tables import add_plumbing_tables

metadata = MetaData()
add_plumbing_tables(metadata)
Table("page", metadata, Column("id", Integer, primary_key=True))
"""
FIRST = """\
import time
from alembic import op
from servicekit.database.tables import create_plumbing_v1, drop_plumbing_v1

revision, down_revision = "0001", None


def upgrade():
    create_plumbing_v1(op)
    op.execute("CREATE TABLE page (id serial PRIMARY KEY); SELECT pg_sleep(0.3)")


def downgrade():
    op.execute("DROP TABLE page")
    drop_plumbing_v1(op)
"""
SECOND = """\
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY page_again_idx ON page (id)")
    op.execute("DROP INDEX page_again_idx")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"book_{os.urandom(4).hex()}"
    versions = tmp_path / name / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / name / "tables.py").write_text(TABLES)
    (versions.parent / "env.py").write_text(ENVIRONMENT.format(package=name))
    (versions / "0001_create_everything.py").write_text(FIRST)
    (versions / "0002_expand_index_pages.py").write_text(SECOND)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


@pytest.fixture
def url() -> Iterator[str]:
    with fresh_database() as url:
        yield url


def test_migrating_brings_the_database_to_what_the_code_expects(package: str, url: str) -> None:
    migrate(package, url)
    migrate(package, url)
    migrate(package, url, check=True)


def test_three_at_once_are_as_good_as_one(package: str, url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "servicekit", "migrate", package]
    steps = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [step.wait(60) for step in steps] == [0, 0, 0]
    migrate(package, url, check=True)


def test_the_check_fails_for_a_database_that_differs(package: str, url: str) -> None:
    migrate(package, url)
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE page ADD COLUMN surprise text")
    with pytest.raises(MigrationFailed, match="surprise"):
        migrate(package, url, check=True)


def test_the_check_fails_for_a_database_that_is_behind(package: str, url: str) -> None:
    with pytest.raises(MigrationFailed, match="up to date"):
        migrate(package, url, check=True)


def test_a_lock_that_others_hold_fails_the_step_instead_of_queueing_behind_it(package: str, url: str) -> None:
    migrate(package, url)
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE page")
        with pytest.raises(Exception, match="lock timeout"):
            _run_with_short_lock_timeout(package, url)


def _run_with_short_lock_timeout(package: str, url: str) -> None:
    third = 'from alembic import op\nrevision, down_revision = "0003", "0002"\n\ndef upgrade():\n'
    third += '    op.execute("SET LOCAL lock_timeout = 50")\n    op.execute("ALTER TABLE page ADD x text")\n'
    folder = Path(sys.modules[f"{package}.tables"].__file__ or "").parent / "migrations" / "versions"
    (folder / "0003_expand_x.py").write_text(third)
    migrate(package, url)


def test_a_package_without_migrations_is_named(url: str) -> None:
    with pytest.raises(MigrationFailed, match=r"servicekit\.events has no migrations"):
        migrate("servicekit.events", url)
