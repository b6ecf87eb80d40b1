import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat

import pytest

from bench.load import Outcome, percentile, read_head, request, run


class _Answering(socketserver.ThreadingTCPServer):
    """Answers everything that ends a head with `reply`, in two pieces."""

    daemon_threads = True

    def __init__(self, reply: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.reply = reply


class _Answer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Answering)
        while self.request.recv(65536).endswith(b"\r\n\r\n"):
            self.request.sendall(self.server.reply[:20])
            self.request.sendall(self.server.reply[20:])


@contextmanager
def _server(reply: bytes) -> Iterator[tuple[str, int]]:
    with _Answering(reply) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address  # type: ignore[misc]
        finally:
            server.shutdown()
            thread.join()


def test_replies_are_counted_by_status_with_their_latencies() -> None:
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    with _server(reply) as address:
        seen = run(address, repeat(request("GET", "/")), connections=4, seconds=0.2, warm_up=0.05)
    assert seen.statuses[200] == seen.n > 0
    assert all(latency > 0 for latency in seen.latencies_ms)


def test_a_run_ends_when_the_requests_do() -> None:
    with _server(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n") as address:
        seen = run(address, iter([request("GET", "/")] * 10), connections=3, seconds=30, warm_up=0)
    assert seen.statuses == {201: 10}


def test_a_reply_without_length_is_an_error_not_a_figure() -> None:
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with _server(reply) as address, pytest.raises(ConnectionError, match="Content-Length"):
        run(address, repeat(request("GET", "/")), connections=1, seconds=1)


def test_failed_replies_are_not_a_figure() -> None:
    with _server(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") as address:
        seen = run(address, iter([request("GET", "/")] * 3), connections=1, seconds=5, warm_up=0)
    with pytest.raises(ValueError, match="500: 3"):
        seen.refuse_failures()


def test_a_request_with_a_body_says_its_length() -> None:
    sent = request("POST", "/v1/customers", token="t", body={"name": "Ana"})
    assert sent == (
        b"POST /v1/customers HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer t\r\n"
        b'Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{"name":"Ana"}'
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: y", (200, 12)),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 7", (404, 7)),
        (b"HTTP/1.1 204 No Content\r\nX: y", (204, 0)),
    ],
)
def test_the_head_gives_status_and_length(head: bytes, expected: tuple[int, int]) -> None:
    assert read_head(head) == expected


def test_percentiles_are_of_the_sorted_values() -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], 50) == 3.0
    assert percentile([float(n) for n in range(100)], 95) == 95.0
    assert percentile([], 99) == 0.0


def test_joined_runs_count_as_one() -> None:
    both = Outcome(1.0, [1.0], generator_cpu=0.2).joined(Outcome(3.0, [2.0, 3.0, 4.0], generator_cpu=0.6))
    assert both.per_second == 1.0
    assert both.generator_cpu == pytest.approx(0.5)
