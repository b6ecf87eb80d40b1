"""The broker's definitions: users with hashed passwords, the vhost, and what each user may do in it.

As a command it prints them, taking the passwords from the environment, one variable a user:
`BROKER_PASSWORD_OPERATOR`, `BROKER_PASSWORD_CUSTOMERS`, `BROKER_PASSWORD_CONNECTOR_DEMO`, …
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import sys
from collections.abc import Collection, Mapping
from typing import Any

from deploy.rabbitmq.rights import CONNECTOR_PREFIX, SERVICES, Rights, rights_of

OPERATOR = "operator"
_VARIABLE = "BROKER_PASSWORD_"


def definitions(vhost: str, passwords: Mapping[str, str]) -> dict[str, Any]:
    """For these users; `operator`, if among them, may do everything and runs the topology step."""
    rights = {user: rights_of(user) for user in passwords if user != OPERATOR}
    return {
        "users": [_user(name, password) for name, password in passwords.items()],
        "vhosts": [{"name": vhost}],
        "permissions": [
            *([_permission(vhost, OPERATOR, Rights(".*", ".*", ".*"))] if OPERATOR in passwords else []),
            *(_permission(vhost, user, allowed) for user, allowed in rights.items()),
        ],
        "topic_permissions": [
            {
                "user": user,
                "vhost": vhost,
                "exchange": topic.exchange,
                "write": topic.write,
                "read": topic.read,
            }
            for user, allowed in rights.items()
            for topic in allowed.topics
        ],
        "policies": [_keep_the_dead(vhost), _let_requests_go(vhost)],
    }


def _keep_the_dead(vhost: str) -> dict[str, Any]:
    """Behind a dead-letter queue is nothing: RabbitMQ 4 would drop what it handed out more than 20 times,
    and every lost connection and every restart of the service counts."""
    return {
        "vhost": vhost,
        "name": "keep-dead-letters",
        "pattern": r"\.events\.dead$",
        "apply-to": "queues",
        "definition": {"delivery-limit": 1_000_000},
        "priority": 0,
    }


def _let_requests_go(vhost: str) -> dict[str, Any]:
    """Requests that no connector took within their day are over, as everybody is told who asks for them.

    So a connector that stays away for weeks fills no disk. When many are asked at once, the oldest give way:
    a full queue that refused new ones would hold up those of all other connectors.
    """
    return {
        "vhost": vhost,
        "name": "let-requests-go",
        "pattern": rf"^{CONNECTOR_PREFIX}[a-z0-9-]+\.requests$",
        "apply-to": "queues",
        "definition": {"message-ttl": 24 * 60 * 60 * 1000, "max-length": 10_000, "overflow": "drop-head"},
        "priority": 0,
    }


def _user(name: str, password: str) -> dict[str, Any]:
    return {
        "name": name,
        "password_hash": hash_password(password, salt=secrets.token_bytes(4)),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator"] if name == OPERATOR else [],
        "limits": {},
    }


def _permission(vhost: str, user: str, rights: Rights) -> dict[str, str]:
    return {
        "user": user,
        "vhost": vhost,
        "configure": rights.configure,
        "write": rights.write,
        "read": rights.read,
    }


def hash_password(password: str, *, salt: bytes) -> str:
    """As RabbitMQ stores it: base64(salt + sha256(salt + password)), with four bytes of salt."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def passwords_from(environment: Mapping[str, str]) -> dict[str, str]:
    """User → password. Raises ValueError naming every service without one: there are no default passwords."""
    needed = [OPERATOR, *(account.name for account in SERVICES)]
    found = {
        _user_of(name.removeprefix(_VARIABLE), needed): value
        for name, value in environment.items()
        if name.startswith(_VARIABLE) and value
    }
    missing = [f"{_VARIABLE}{user.upper().replace('-', '_')}" for user in needed if user not in found]
    if missing:
        raise ValueError(f"not set: {', '.join(missing)}")
    unknown = [user for user in found if user not in needed and not user.startswith(CONNECTOR_PREFIX)]
    if unknown:
        raise ValueError(f"no rights are known for: {', '.join(unknown)}")
    return found


def _user_of(variable: str, services: Collection[str]) -> str:
    """Services are called by the names of packages, connectors have hyphens."""
    name = variable.lower()
    return name if name in services else name.replace("_", "-")


if __name__ == "__main__":
    try:
        print(json.dumps(definitions("crm", passwords_from(os.environ)), indent=1))
    except ValueError as error:
        sys.exit(str(error))
