"""Calls to a running service, plain and in groups."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from servicekit.errors import WIRE_ERRORS
from servicekit.testing.bus import RawClient
from servicekit.testing.process import ServiceProcess, running_service
from servicekit.testing.waiting import eventually
from servicekit.tests.rpc.conftest import COLLEAGUE

pytestmark = pytest.mark.usefixtures("workshop")


def send_group(raw: RawClient, *calls: dict[str, Any]) -> None:
    items = [{"id": i, "args": [], "kwargs": {}, **call} for i, call in enumerate(calls)]
    raw.publish("workshop.__group__", orjson.dumps({"calls": items}))


def take_replies(raw: RawClient, count: int) -> list[dict[str, Any]]:
    """The answers to a group, in the order of their arrival."""
    replies: list[dict[str, Any]] = []
    while len(replies) < count:
        replies += raw.reply()["replies"]
    return replies


def test_plain_call_is_answered_with_its_result(raw: RawClient):
    assert raw.call("workshop.echo", {"a": [1, None, "ü"]}) == {
        "id": None,
        "result": {"a": [1, None, "ü"]},
        "error": None,
    }


def test_group_is_answered_call_by_call(raw: RawClient):
    send_group(raw, *({"method": "echo", "args": [i]} for i in range(32)))
    replies = take_replies(raw, 32)
    assert {reply["id"]: reply["result"] for reply in replies} == {i: i for i in range(32)}


def test_finished_answers_travel_together(raw: RawClient):
    send_group(raw, *({"method": "echo", "args": [i]} for i in range(32)))
    assert len(raw.reply()["replies"]) > 1


def test_slow_call_holds_nobody_of_its_group_up(raw: RawClient):
    """Without a worker for each call, a group is as slow as the slowest of it."""
    send_group(raw, {"method": "sleep", "args": [1.0]}, {"method": "echo", "args": ["quick"]})
    assert [reply["result"] for reply in take_replies(raw, 2)] == ["quick", "slept"]


@pytest.mark.parametrize("error", WIRE_ERRORS)
def test_the_eight_errors_arrive_as_type_and_args(raw: RawClient, error: str):
    answer = raw.call("workshop.refuse", error)["error"]
    assert answer["exc_type"] == error
    assert answer["exc_args"] == ["some_code", {"about": [1, "two"]}]


@pytest.mark.parametrize("method", ["break_down", "overrun", "be_killed", "answer_a_date", "refuse_oddly"])
def test_any_other_failure_is_answered_with_a_reference_to_the_logs(
    raw: RawClient, workshop: ServiceProcess, method: str
):
    """eventlet.Timeout and GreenletExit are BaseExceptions: nameko answers nothing and never acknowledges."""
    error = raw.call(f"workshop.{method}")["error"]
    code, payload = error["exc_args"]
    assert (error["exc_type"], code) == ("InternalError", "internal_error")
    [line] = eventually(lambda: workshop.logged("failed", reference=payload["reference"]))
    assert line["method"] == method
    assert workshop.running


def test_logs_say_where_it_failed_and_never_with_which_values(raw: RawClient, workshop: ServiceProcess):
    """Exceptions quote values: their text is left out of every log line."""
    raw.call("workshop.break_down")
    raw.call("workshop.echo", "canary@example.com")
    eventually(lambda: workshop.logged("failed", method="break_down"))
    text = "\n".join(workshop.lines)
    assert "workshop.py" in text
    assert "canary@example.com" not in text


def test_unknown_method_and_wrong_arguments_are_failures_of_their_own_kind(raw: RawClient):
    reasons = [
        raw.call(f"workshop.{method}", *args)["error"]["exc_args"][1]["reason"]
        for method, args in [("no_such_method", ()), ("echo", (1, 2, 3)), ("__class__", ())]
    ]
    assert reasons == ["method_not_found", "bad_signature", "method_not_found"]


def test_call_after_its_deadline_never_starts(raw: RawClient, tmp_path: Path):
    """A call that waited too long for a worker must not happen after its caller gave up."""
    trace = tmp_path / "trace"
    answer = raw.call(
        "workshop.write_down", str(trace), "late", headers={"nameko.deadline": time.time() - 0.1}
    )
    assert answer["error"]["exc_args"][0] == "deadline_exceeded"
    assert not trace.exists()


def test_deadline_is_checked_when_a_worker_is_free(bus_url: str, raw: RawClient, tmp_path: Path):
    """Checked on arrival only, the second call would start a second after its deadline."""
    with running_service(
        "servicekit.tests.rpc.workshop:Colleague", AMQP_URL=bus_url, RPC_WORKERS="1"
    ) as colleague:
        calls = [
            {"id": 1, "method": "sleep", "args": [1.0], "deadline": time.time() + 5},
            {"id": 2, "method": "sleep", "args": [0.0], "deadline": time.time() + 0.5},
        ]
        raw.publish("colleague.__group__", orjson.dumps({"calls": calls}))
        replies = {reply["id"]: reply for reply in take_replies(raw, 2)}
        assert replies[1]["result"] == "slept"
        assert replies[2]["error"]["exc_args"][0] == "deadline_exceeded"
        assert colleague.running


def test_call_knows_who_calls_and_how_much_time_is_left(raw: RawClient):
    headers = {"nameko.request_id": "req-1", "nameko.user_id": "u-7", "nameko.deadline": time.time() + 3}
    answer = raw.call("workshop.who_calls", headers=headers)["result"]
    assert (answer["request_id"], answer["user_id"]) == ("req-1", "u-7")
    assert 0 < answer["left"] <= 3


def test_each_call_of_a_group_has_its_own_context(raw: RawClient):
    send_group(raw, *({"method": "who_calls", "request_id": f"req-{i}"} for i in range(8)))
    replies = take_replies(raw, 8)
    assert {reply["id"]: reply["result"]["request_id"] for reply in replies} == {
        i: f"req-{i}" for i in range(8)
    }


def test_call_is_one_log_line_with_its_request_id(raw: RawClient, workshop: ServiceProcess):
    raw.call("workshop.refuse", "NotFound", headers={"nameko.request_id": "req-log"})
    [line] = eventually(lambda: workshop.logged("call", request_id="req-log"))
    assert line.keys() >= {"time", "service", "instance", "method", "ms", "outcome"}
    assert (line["service"], line["method"], line["outcome"]) == ("workshop", "refuse", "NotFound")


def test_method_runs_again_when_the_database_undid_it(raw: RawClient, tmp_path: Path):
    assert raw.call("workshop.undo", str(tmp_path / "runs"), 3)["result"] == 4


def test_method_that_is_undone_again_and_again_is_unavailable(raw: RawClient, tmp_path: Path):
    answer = raw.call("workshop.undo", str(tmp_path / "runs"), 1000)
    assert answer["error"]["exc_args"][0] == "contention"


def test_method_does_not_run_again_past_its_deadline(raw: RawClient, tmp_path: Path):
    headers = {"nameko.deadline": time.time() + 0.03}
    answer = raw.call("workshop.undo", str(tmp_path / "runs"), 1000, headers=headers)
    assert answer["error"]["exc_args"][0] == "deadline_exceeded"


def test_service_calls_a_service_and_passes_its_context_on(bus_url: str, raw: RawClient):
    with running_service(COLLEAGUE, AMQP_URL=bus_url):
        headers = {"nameko.request_id": "req-2", "nameko.user_id": "u-8", "nameko.deadline": time.time() + 3}
        answer = raw.call("workshop.ask_colleague", "who_calls", headers=headers)["result"]
        assert (answer["request_id"], answer["user_id"]) == ("req-2", "u-8")
        assert 0 < answer["left"] <= 3
        error = raw.call("workshop.ask_colleague", "refuse", "Stale")["error"]
        assert (error["exc_type"], error["exc_args"][0]) == ("Stale", "some_code")


def test_service_does_not_wait_for_ever_for_another(bus_url: str, raw: RawClient):
    """nameko's RpcProxy has no timeout, and keeps every call that got no answer."""
    with running_service(COLLEAGUE, AMQP_URL=bus_url):
        began = time.monotonic()
        answer = raw.call("workshop.ask_colleague", "sleep", 5, deadline=0.3)
        assert answer["error"]["exc_args"][0] == "rpc_timeout"
        assert time.monotonic() - began < 2
        assert raw.call("workshop.waiting_calls")["result"] == 0


def test_service_that_is_not_there_is_told_at_once(raw: RawClient):
    began = time.monotonic()
    answer = raw.call("workshop.ask_nobody")["error"]
    assert answer["exc_args"][0] == "service_down"
    assert time.monotonic() - began < 1


def test_metrics_count_calls_and_groups(raw: RawClient, workshop: ServiceProcess):
    before = workshop.metric("rpc_calls_total", method="echo", outcome="ok")
    send_group(raw, *({"method": "echo"} for _ in range(5)))
    take_replies(raw, 5)
    assert workshop.metric("rpc_calls_total", method="echo", outcome="ok") == before + 5
    assert workshop.metric("rpc_calls_per_message_sum") >= 5
