"""A database with made-up customers and nothing else, for measuring statements without a system around it.

    python -m bench.standing postgresql://…/big --customers 1000000

migrates it, fills it and prints the scopes that may ask. Whatever was in it is gone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import psycopg

from bench.generate import NAMESPACE, load
from bench.people import ASSIGNEES, LARGE_TEAM, MID_TEAM, SMALL_TEAM, TEAM_SHARES, TINY_TEAM
from servicekit.database.migrate import migrate
from servicekit.scope import ADMIN, AGENT

TEAMS = tuple(uuid5(NAMESPACE, f"team {number}") for number in range(len(TEAM_SHARES)))
USERS = tuple(uuid5(NAMESPACE, f"user {number}") for number in range(ASSIGNEES))


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks: a name for tables, and the scope as the gateway would send it."""

    name: str
    team: int | None

    @property
    def teams(self) -> list[str]:
        return [] if self.team is None else [str(TEAMS[self.team])]

    @property
    def scope(self) -> dict[str, object]:
        role = ADMIN if self.team is None else AGENT
        return {"user_id": str(USERS[self.team or 0]), "role": role, "team_ids": self.teams}


ASKING = (
    Asking("admin", None),
    Asking("large", LARGE_TEAM),
    Asking("mid", MID_TEAM),
    Asking("small", SMALL_TEAM),
    Asking("tiny", TINY_TEAM),
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench.standing", description=__doc__)
    parser.add_argument("url", help="of a database that exists; its user is a superuser")
    parser.add_argument("--customers", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    fill(asked.url, asked.customers)
    for asking in ASKING:
        print(json.dumps({"name": asking.name, "scope": asking.scope}))
    return 0


def fill(url: str, customers: int) -> None:
    """Migrate the database and replace what is in it."""
    migrate("services.customers", url)
    with psycopg.connect(url, autocommit=True) as connection:
        _employ(connection)
        load(connection, customers, teams=TEAMS)


def _employ(connection: psycopg.Connection) -> None:
    """A directory of teams and users, as the gateway would have sent it."""
    members: dict[int, list[UUID]] = {n: [TEAMS[n % len(TEAMS)]] for n in range(len(USERS))}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE directory_team, directory_user, directory_state")
        cursor.executemany(
            "INSERT INTO directory_team (id, name, name_folded) VALUES (%s, %s, %s)",
            [(id_, f"Team {n}", f"team {n}") for n, id_ in enumerate(TEAMS)],
        )
        cursor.executemany(
            "INSERT INTO directory_user (id, name, role, active, team_ids) VALUES (%s, %s, %s, true, %s)",
            [(id_, f"Agent {n}", AGENT, members[n]) for n, id_ in enumerate(USERS)],
        )
        cursor.execute("INSERT INTO directory_state (id, revision) VALUES (1, 1)")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
