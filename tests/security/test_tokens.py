"""S-12: without a token that works one is nobody, however it is broken; and roles end where they end."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import secrets
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.local.system import RunningSystem
from tests.security.door import Door, Request, target
from tests.security.known import AGENTS, CONNECTOR, DISABLED, EXPIRED, World
from tests.security.samples import (
    FOR_ADMINISTRATORS,
    FOR_CONNECTORS,
    OPEN_TO_ANYONE,
    SAMPLES,
    roles_of,
)
from tests.security.world import Founder, a_small_world
from tests.support.api import Api
from tests.support.campaign import Verdict

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

_PROBED = ("get_me", "list_customers", "create_customer", "delete_team", "post_events")


@pytest.fixture(scope="module")
def world(system: RunningSystem) -> World:
    return a_small_world(system, seed=2)


@pytest.fixture(scope="module")
def founder(system: RunningSystem, admin: Api, world: World) -> Founder:
    return Founder(system, admin, world, block=0)


def test_a_token_that_does_not_work_is_answered_401_by_every_kind_of_operation(
    system: RunningSystem, door: Door, world: World, founder: Founder
):
    wrong: list[str] = []
    tokens = [*_broken_tokens(world), *_tokens_that_worked_once(system, door, founder)]
    for way, headers in tokens:
        for operation in _PROBED:
            status, kind, body = _raw(system.url, door, SAMPLES[operation](world), headers)
            if (status, kind) != (401, "application/problem+json") or json.loads(body)[
                "code"
            ] != "unauthenticated":
                wrong.append(f"{way}, {operation}: {status} {kind} {body[:200]!r}")
    verdict = Verdict("S-12", n=len(tokens) * len(_PROBED), disturbances=len(tokens), leaks=len(wrong))
    assert verdict.report().passed, "\n".join(wrong)


@pytest.mark.parametrize("character", [b"\0", b"\x01", b"\x7f", b"\x0b"])
def test_a_token_that_is_not_even_http_is_refused_without_a_trace(
    system: RunningSystem, door: Door, world: World, character: bytes
):
    """Characters that no header may hold end the connection before our code sees a request."""
    header = [(b"authorization", b"Bearer session_" + character + b"abc")]
    assert _raw(system.url, door, Request("list_customers"), header)[0] == 400


def test_the_same_requests_with_a_token_that_works_are_let_in(
    system: RunningSystem, door: Door, world: World
):
    """So that a 401 above means the token and nothing else."""
    for caller in (AGENTS[0], AGENTS[3]):
        header = [(b"authorization", b"bEARER " + (world.tokens[caller] or "").encode())]
        assert _raw(system.url, door, Request("list_customers"), header)[0] == 200
    assert _raw(system.url, door, Request("get_me"), [(b"x-api-key", _token(world, AGENTS[3]))])[0] == 200


def test_every_operation_is_refused_to_the_roles_it_is_not_for(door: Door, world: World):
    told = []
    for name in door.operations.keys() - OPEN_TO_ANYONE:
        for role, caller in (("agent", AGENTS[0]), ("connector", CONNECTOR)):
            if role in roles_of(name):
                continue
            answer = door.send(SAMPLES[name](world), world.tokens[caller])
            if answer.status != 403 or answer.json().get("code") != "forbidden":
                told.append(f"{role} {name}: {answer.status} {answer.body[:200]!r}")
    assert told == []


def test_the_document_names_the_roles_that_the_rules_name(door: Door):
    assert {
        name: _documented_roles(door, name) for name in door.operations if name not in OPEN_TO_ANYONE
    } == {name: roles_of(name) for name in door.operations if name not in OPEN_TO_ANYONE}
    assert door.operations.keys() >= (FOR_ADMINISTRATORS | FOR_CONNECTORS)


def _documented_roles(door: Door, name: str) -> set[str]:
    described = re.search(r"Roles: ([a-z, ]+)\.", door.operations[name].document.get("description", ""))
    return set(described[1].split(", ")) if described else set()


def _token(world: World, caller: str) -> bytes:
    return (world.tokens[caller] or "").encode()


def _bearer(token: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", b"Bearer " + token)]


def _broken_tokens(world: World) -> Iterator[tuple[str, list[tuple[bytes, bytes]]]]:
    good = _token(world, AGENTS[0])
    yield "none", []
    for way, token in {
        "made up": b"session_" + secrets.token_urlsafe(32).encode(),
        "a made up key": b"key_" + secrets.token_urlsafe(32).encode(),
        "too short": good[:-1],
        "too long": good + b"A",
        "another case": good.swapcase(),
        "another kind": good.replace(b"session_", b"key_"),
        "its hash": hashlib.sha256(good).hexdigest().encode(),
        "1 MB": b"session_" + b"a" * 1_000_000,
        "empty": b"",
        "not ASCII": "session_ção".encode(),
        "not UTF-8": b"session_\xff\xfe",
        "an escaped NUL": b"session_%00",
        "two": good + b" " + good,
        "quoted": b'"' + good + b'"',
        "SQL": b"session_' OR '1'='1",
    }.items():
        yield way, _bearer(token)
        if len(token) < 1000:
            yield f"{way}, as a key", [(b"x-api-key", token)]
    for way, value in {
        "no scheme": good,
        "Basic": b"Basic " + base64.b64encode(b"user:" + good),
        "another scheme": b"Token " + good,
        "no space": b"Bearer" + good,
        "only a scheme": b"Bearer",
    }.items():
        yield way, [(b"authorization", value)]
    yield (
        "a wrong one beside a right key",
        [*_bearer(b"session_no"), (b"x-api-key", _token(world, AGENTS[3]))],
    )


def _tokens_that_worked_once(
    system: RunningSystem, door: Door, founder: Founder
) -> Iterator[tuple[str, list[tuple[bytes, bytes]]]]:
    world = founder.world
    yield "expired", _bearer(_token(world, EXPIRED))
    yield "of a disabled user", _bearer(_token(world, DISABLED))
    ended = founder.agent("logs out", world.teams["1"])
    assert door.send(Request("log_out"), ended).status == 204
    yield "of an ended session", _bearer(ended.encode())
    deleted = founder.key(role="admin")
    assert (
        door.send(Request("revoke_api_key", {"key_id": world.keys[-1]}), world.tokens["admin"]).status == 204
    )
    yield "of a deleted key", _bearer(deleted.encode())
    late = founder.key(role="admin", expires_at="2999-01-01T00:00:00Z")
    assert door.send(Request("get_me"), late).status == 200
    with psycopg.connect(system.database_url("gateway")) as connection:
        passed = "UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = %s"
        connection.execute(passed, (world.keys[-1],))
    yield "of a key past its time", _bearer(late.encode())


def _raw(
    url: str, door: Door, request: Request, headers: list[tuple[bytes, bytes]]
) -> tuple[int, str | None, bytes]:
    """Sends header values that no HTTP library would send; returns status, content type, body."""
    operation, parts, content = door.operations[request.operation], urlsplit(url), request.content or b""
    lines = [
        f"{operation.method} {target(operation, request)} HTTP/1.1".encode(),
        b"host: x",
        b"connection: close",
    ]
    if content:
        lines += [b"content-type: application/json", b"content-length: %d" % len(content)]
    lines += [name + b": " + value for name, value in headers]
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + content)
        with http.client.HTTPResponse(connection) as answer:
            answer.begin()
            return answer.status, answer.getheader("content-type"), answer.read()
