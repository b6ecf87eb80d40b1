"""Files that come in: streamed to storage, hashed, limited; whatever is refused leaves nothing there."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from gateway.tests.canned import KNOWN, SLOW
from gateway.tests.conftest import Agent
from gateway.tests.test_processes import served
from gateway.tests.uploading import HEAD, LIMIT, PATH, TAIL, TYPE, a_body, kept, last_upload, send
from gateway.tests.world import World, serving


@pytest.mark.parametrize("content", [b"Name\r\nAna", b"", b"\r\n--xy", b"x" * 3_000_000], ids=len)
def test_a_file_is_in_storage_before_its_service_is_told(world: World, agent: Agent, content: bytes):
    answer = send(agent.client, content, name="clients of ação.csv")
    assert (answer.status_code, answer.headers["location"]) == (202, f"{PATH}/{KNOWN}")
    told = last_upload(world)
    assert told | {"key": ""} == {
        "key": "",
        "filename": "clients of ação.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert told["key"].startswith("uploads/")
    assert (world.folder / told["key"]).read_bytes() == content


def test_the_answer_waits_until_the_file_was_looked_at(agent: Agent):
    answer = send(agent.client, name="slow.csv")
    assert (answer.json()["id"], answer.json()["phase"]) == (SLOW, "mapping")


def test_each_upload_is_on_the_audit_trail(admin: httpx.Client, agent: Agent):
    assert send(agent.client).status_code == 202
    entry = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (entry["operation"], entry["target"], entry["user_id"]) == ("create_import", KNOWN, agent.id)


def test_a_repetition_is_answered_as_the_first_time_and_leaves_one_file(world: World, agent: Agent):
    key, before = {"Idempotency-Key": str(uuid4())}, kept(world)
    first, second = (send(agent.client, **key) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert len(kept(world) - before) == 1


@pytest.mark.usefixtures("nothing_new")
def test_another_file_under_the_same_key_is_refused(world: World, agent: Agent):
    key = {"Idempotency-Key": str(uuid4())}
    assert send(agent.client, **key).status_code == 202
    (world.folder / last_upload(world)["key"]).unlink()
    for other in ({"content": b"other"}, {"name": "b.csv"}):
        refused = send(agent.client, **other, **key)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "idempotency_key_reused")


@pytest.mark.usefixtures("nothing_new")
def test_what_the_service_refuses_is_taken_away(agent: Agent):
    answer = send(agent.client, name="refused.csv")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_room")


@pytest.mark.usefixtures("nothing_new")
@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"", "", "invalid_multipart"),
        (b"--xyz--\r\n", "/file", "required"),
        (b"no multipart", "", "invalid_multipart"),
        (HEAD % b"a.csv" + b"x" * 700_000, "", "invalid_multipart"),
        (HEAD % b"a.csv" + b"x\r\n" + HEAD % b"b.csv" + b"y" + TAIL, "/file", "repeated"),
        (HEAD % b"" + b"x" + TAIL, "/file", "no_file_name"),
        (HEAD % b"/" + b"x" + TAIL, "/file", "no_file_name"),
        (HEAD.replace(b'; filename="%s"', b"") + b"x" + TAIL, "/file", "no_file_name"),
        (HEAD.replace(b'"file"', b'"data"') % b"a.csv" + b"x" + TAIL, "/data", "unknown_property"),
        (
            HEAD % b"a.csv" + b"x\r\n" + HEAD.replace(b'name="file"; file', b"") % b"policy" + b"x" + TAIL,
            "/policy",
            "unknown_property",
        ),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else None,
)
def test_a_body_that_is_no_file_is_refused(agent: Agent, body: bytes, pointer: str, code: str):
    answer = agent.client.post(PATH, content=body, headers=TYPE)
    assert answer.status_code == 422, answer.text
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    "kind", ["text/csv", "application/json", "multipart/mixed; boundary=xyz", TYPE["Content-Type"][:19]]
)
def test_another_content_type_is_refused(agent: Agent, kind: str):
    answer = agent.client.post(PATH, content=b"Name", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.usefixtures("nothing_new")
def test_a_hundred_megabytes_are_taken_and_not_a_byte_more(world: World, agent: Agent):
    taken = agent.client.post(PATH, content=a_body(LIMIT), headers=TYPE)
    assert (taken.status_code, taken.json()["size"]) == (202, LIMIT)
    (world.folder / last_upload(world)["key"]).unlink()
    refused = agent.client.post(PATH, content=a_body(LIMIT + 1), headers=TYPE)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert refused.json()["limit"] == LIMIT


def test_many_large_uploads_at_once_do_not_grow_the_process(world: World, agent: Agent, tmp_path: Path):
    count, size, before = 20, 12_000_000, kept(world)
    with served(world, tmp_path / "log") as (url, process):

        def upload(_: int) -> int:
            with replace(world, url=url).client(agent.token) as client:
                return client.post(PATH, content=a_body(size), headers=TYPE).status_code

        assert upload(0) == 202
        small = memory(process.pid, "VmRSS")
        with ThreadPoolExecutor(count) as pool:
            assert set(pool.map(upload, range(count))) == {202}
        assert memory(process.pid, "VmHWM") - small < count * size * 2 / 3
    for key in kept(world) - before:
        (world.folder / key).unlink()


def memory(pid: int, what: str) -> int:
    """In bytes, as the kernel counts it."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.usefixtures("nothing_new")
def test_storage_that_fails_is_a_503(world: World, agent: Agent):
    blocked = world.folder / "blocked"
    blocked.mkdir()
    (blocked / "uploads").write_bytes(b"where a folder should be")
    try:
        with (
            serving(replace(world.settings, storage_url=f"file://{blocked}")) as url,
            replace(world, url=url).client(agent.token) as client,
        ):
            answer = send(client)
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    finally:
        (blocked / "uploads").unlink()
        blocked.rmdir()
