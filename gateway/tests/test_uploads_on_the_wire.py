"""Uploads byte by byte: what is refused before it is read, and callers who stop in the middle."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gateway.tests.conftest import Agent
from gateway.tests.uploading import HEAD, TAIL, send
from gateway.tests.world import World, serving
from servicekit.testing.waiting import eventually


def connected(world: World, token: str, *headers: bytes) -> socket.socket:
    """A connection on which the head of an upload was sent."""
    address = urlsplit(world.url)
    connection = socket.create_connection((address.hostname, address.port), timeout=10)
    lines = [b"POST /v1/imports HTTP/1.1", b"Host: x", b"Authorization: Bearer " + token.encode(), *headers]
    lines.append(b"Content-Type: multipart/form-data; boundary=xyz")
    connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
    return connection


def answer_on(connection: socket.socket) -> bytes:
    """Without waiting until the server has closed."""
    answer = b""
    while not answer.endswith(b"}") and (part := connection.recv(65536)):
        answer += part
    return answer


@pytest.mark.usefixtures("nothing_new")
@pytest.mark.parametrize("announced", [b"300000000", b"9" * 400])
def test_an_announced_size_over_the_limit_is_refused_before_it_is_read(
    world: World, agent: Agent, announced: bytes
):
    headers = (b"Expect: 100-continue", b"Content-Length: " + announced)
    with connected(world, agent.token, *headers) as connection:
        answer = answer_on(connection)
    assert answer.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 "))  # so many digits are no HTTP at all
    if len(announced) < 20:
        assert b"connection: close" in answer
        assert b"body_too_large" in answer


def test_rights_are_looked_at_before_a_byte_is_read(world: World, agent: Agent):
    world.tell_fake("close_imports", True, service="import_export")
    try:
        for token, status in ((agent.token, b"403"), ("nonsense", b"401")):
            with connected(world, token, b"Expect: 100-continue", b"Content-Length: 90000000") as connection:
                assert answer_on(connection).startswith(b"HTTP/1.1 " + status)
    finally:
        world.tell_fake("close_imports", False, service="import_export")


@pytest.mark.usefixtures("nothing_new")
def test_a_caller_who_hangs_up_leaves_nothing(world: World, agent: Agent):
    with connected(world, agent.token, b"Content-Length: 50000000") as connection:
        connection.sendall(HEAD % b"a.csv" + b"x" * 10_000_000)
        eventually(lambda: files_under_way(world.folder), what="the beginning of the file")


def files_under_way(folder: Path) -> list[Path]:
    """Storage writes beside the place where the file will be."""
    return [path for path in (folder / "uploads").iterdir() if "#" in path.name]


@pytest.mark.usefixtures("nothing_new")
def test_a_caller_who_falls_silent_is_given_up(world: World, agent: Agent):
    with serving(replace(world.settings, upload_idle_seconds=0.2)) as url:
        quiet = replace(world, url=url)
        with connected(quiet, agent.token, b"Content-Length: 50000000") as connection:
            connection.sendall(HEAD % b"a.csv" + b"x" * 600_000)
            answer = answer_on(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer


@pytest.mark.usefixtures("nothing_new")
def test_a_caller_who_trickles_is_given_up_too(world: World, agent: Agent):
    with (
        serving(replace(world.settings, upload_seconds=0.3)) as url,
        connected(replace(world, url=url), agent.token, b"Content-Length: 50000000") as connection,
    ):
        connection.sendall(HEAD % b"a.csv")
        connection.settimeout(0.05)
        answer = b""
        while not answer:
            connection.sendall(b"x")
            with suppress(TimeoutError):
                answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_more_uploads_than_there_is_room_for_are_turned_away(world: World, agent: Agent):
    with serving(replace(world.settings, max_uploads=1)) as url:
        narrow = replace(world, url=url)
        with narrow.client(agent.token) as client:
            with connected(narrow, agent.token, b"Content-Length: 50000000") as connection:
                connection.sendall(HEAD % b"a.csv" + b"x" * 6_000_000)
                eventually(lambda: files_under_way(world.folder), what="an upload under way")
                refused = send(client)
                assert (refused.status_code, refused.json()["code"]) == (503, "too_many_uploads")
                assert int(refused.headers["retry-after"]) >= 1
            eventually(lambda: send(client).status_code == 202, what="room for another")


@pytest.mark.usefixtures("nothing_new")
def test_rights_are_looked_at_again_when_the_file_is_there(world: World, agent: Agent):
    body = HEAD % b"a.csv" + b"x" * 6_000_000 + TAIL
    with connected(world, agent.token, b"Content-Length: %d" % len(body)) as connection:
        connection.sendall(body[:-100])
        eventually(lambda: files_under_way(world.folder), what="an upload under way")
        agent.client.delete("/v1/sessions/current").raise_for_status()
        connection.sendall(body[-100:])
        assert answer_on(connection).startswith(b"HTTP/1.1 401 ")
