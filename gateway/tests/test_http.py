"""HTTP itself: limits, headers, errors that are always problem documents."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import pytest

from gateway.tests.canned import KNOWN


def raw(world, request: bytes) -> bytes:
    """What comes back for these bytes, until the server closes."""
    address = urlsplit(world.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def test_a_body_over_the_limit_is_refused_before_it_is_read(world):
    head = f"POST /v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.admin_token}\r\n"
    request = head.encode() + b"Content-Type: application/json\r\nContent-Length: 300000000\r\n\r\n"
    answer = raw(world, request)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert b"body_too_large" in answer


def test_a_body_without_a_length_is_cut_off_at_the_limit(admin):
    chunks = (b"x" * 100_000 for _ in range(100))
    answer = admin.post("/v1/customers", content=chunks, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_large_body_sent_at_once_gets_its_answer(admin):
    answer = admin.post(
        "/v1/customers", content=b"x" * 20_000_000, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/users/not-a-uuid", 404),
        ("PUT", "/v1/customers", 405),
        ("OPTIONS", "/v1/customers", 405),
        ("TRACE", "/v1/me", 405),
        ("GET", "/v1/customers?limit=0", 422),
        ("POST", "/v1/customers", 415),
    ],
)
def test_every_refusal_is_a_problem_document(admin, method, path, status):
    answer = admin.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "code", "request_id"} <= set(answer.json())
    if status == 405:
        assert "GET" in answer.headers["allow"]


def test_the_request_id_comes_back_in_header_and_problem(admin):
    answer = admin.get("/nowhere", headers={"X-Request-Id": "trace-1"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "trace-1"
    unsafe = admin.get("/nowhere", headers={"X-Request-Id": "a b"}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", unsafe)


def test_large_answers_are_compressed_for_who_wants_it(admin):
    packed = admin.get("/v1/customers?limit=50", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(packed.content) / 4
    plain = admin.get("/v1/customers?limit=50", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content


def test_head_is_get_without_a_body(admin):
    answer = admin.head(f"/v1/customers/{KNOWN}")
    assert (answer.status_code, answer.content) == (200, b"")


def test_answers_are_not_kept_by_caches(admin):
    assert admin.get(f"/v1/customers/{KNOWN}").headers["cache-control"] == "no-store"


def test_the_document_and_its_page_come_from_our_own_files(nobody):
    assert nobody.get("/v1/openapi.json").json()["openapi"].startswith("3.1")
    page = nobody.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http" not in page.text.replace("https://spec", "")
    for file in re.findall(r"/docs/[a-z.]+", page.text):
        assert nobody.get(file).status_code == 200, file
    assert nobody.get("/docs/secret.txt").status_code == 404


def test_probes_and_metrics_are_open(nobody):
    assert nobody.get("/livez").json() == {"status": "alive"}
    assert nobody.get("/readyz").json()["parts"] == {"database": "up", "bus": "up"}
    metrics = nobody.get("/metrics").text
    assert "http_answers_total" in metrics
    assert re.search(r"^http_requests_in_flight [1-9]", metrics, re.MULTILINE)


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"null", b'{"name": "\\u0000"}', b'{"name": 1}', b"\xff"]
)
def test_hostile_bodies_are_422(agent, body):
    answer = agent.client.post("/v1/customers", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"]
