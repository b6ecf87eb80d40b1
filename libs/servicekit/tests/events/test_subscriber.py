"""Subscribing as real processes on a real broker: what stops, dies and comes back."""

from __future__ import annotations

import gzip
import signal

import orjson
import pytest

from servicekit.events import topology
from servicekit.events.cloudevent import encode
from servicekit.testing.bus import raw_client
from servicekit.testing.process import ServiceProcess, running_service
from servicekit.testing.proxy import proxied
from servicekit.testing.waiting import eventually
from servicekit.tests.events.desk import PATH, Desk, a_note
from servicekit.tests.events.notebook import TOPOLOGY

ADMIN = {"user_id": "1", "role": "admin", "team_ids": []}
SLEEPING = """SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'pg_sleep'
    AND state = 'active' AND pid <> pg_backend_pid()"""
AGENT = {**ADMIN, "role": "agent"}


def test_events_are_handled_in_order_of_arrival_and_acknowledged(desk: Desk) -> None:
    desk.publish(*(a_note(str(number)) for number in range(120)))
    with running_service(PATH, **desk.environment) as service:
        eventually(lambda: desk.notes() == [str(n) for n in range(120)], what="all notes")
        service.signal(signal.SIGTERM)
        assert service.wait() == 0
    assert desk.waiting() == 0


def test_the_same_event_again_has_no_effect(staffed: tuple[Desk, ServiceProcess]) -> None:
    desk, service = staffed
    before = service.metric("events_handled_total", type="note.written.v1")
    twice, last = a_note("twice"), a_note("last")
    desk.publish(twice, twice)
    eventually(desk.notes, what="the first note")
    desk.publish(twice, last)
    eventually(lambda: desk.notes() == ["twice", "last"], what="the last note")
    eventually(lambda: service.metric("events_handled_total", type="note.written.v1") == before + 2)


def poisoned(good: bytes, canary: str) -> dict[str, bytes]:
    """Bodies that nobody can read, by what is wrong with them."""
    return {
        "not_json": b'{"specversion": "1.0", ' + canary.encode(),
        "not_utf8": b'{"specversion": "1.0", "id": "\xff\xfe"}',
        "too_deep": b"[" * 40 + b"]" * 40,
        "very_deep": b"[" * 200_000 + b"]" * 200_000,
        "nul": good.replace(canary.encode(), canary.encode() + b"\\u0000"),
        "not_an_event": orjson.dumps({"hello": canary}),
        "wrong_data": good.replace(b'"text"', b'"txet"'),
        "too_large": good.replace(canary.encode(), canary.encode() * 100_000),
    }


def test_poison_is_parked_with_a_reason_and_good_events_pass(staffed: tuple[Desk, ServiceProcess]) -> None:
    desk, service = staffed
    canary = "canary-55119998877"
    good = encode(a_note(canary))
    poison = poisoned(good, canary)
    for name, body in poison.items():
        desk.publish_raw(body, "note.written.v1", message_id=name)
    desk.publish_raw(good, "note.written.v1", message_id="wrong_type", content_type="text/plain")
    desk.publish_raw(gzip.compress(good), "note.written.v1", message_id="gz", content_encoding="gzip")
    desk.publish_raw(b"", "note.written.v1", message_id="empty")
    desk.publish_raw(encode(a_note(id="e1")), "note.rewritten.v1", message_id="liar")
    desk.publish_raw(encode(a_note(id="e4")), "note.\x00", message_id="nul_key")
    desk.publish_raw(encode(a_note(id="e5")), "note.\ud800", message_id="surrogate_key")
    desk.publish(a_note("v2", type="note.written.v2", id="e2"), a_note("?", type="unheard.of.v1", id="e3"))
    desk.publish(a_note("good"))
    eventually(lambda: desk.notes() == ["good"], what="the good one")
    found = desk.rows("SELECT message_key, reason, detail FROM parked_message")
    logs = "\n".join(service.lines)
    reasons = {key.split()[-1]: reason for key, reason, _ in found}
    wrong_data = next(detail for _, reason, detail in found if reason == "schema")
    assert reasons.pop(orjson.loads(poison["wrong_data"])["id"]) == "schema"
    assert reasons == {
        "not_json": "not_json",
        "not_utf8": "not_json",
        "too_deep": "too_deep",
        "very_deep": "too_deep",
        "nul": "nul_character",
        "not_an_event": "not_cloudevents",
        "too_large": "too_large",
        "wrong_type": "content_type",
        "gz": "content_encoding",
        "empty": "not_json",
        "e1": "routing_key",
        "e2": "unknown_version",
        "e4": "routing_key",
        "e5": "routing_key",
    }
    assert wrong_data == "/data/text: required"
    assert canary not in logs
    assert not any(canary in detail for _, _, detail in found)


def test_an_event_that_its_handler_cannot_handle_is_parked_alone(
    staffed: tuple[Desk, ServiceProcess],
) -> None:
    desk, service = staffed
    notes = [a_note(str(number)) for number in range(20)]
    notes[7] = a_note("secret-words", do="fail", id="failing")
    notes[11] = a_note("secret-words", do="bad", id="bad")
    notes[13] = a_note("secret-words", do="divide", id="dividing")
    desk.publish(*notes)
    eventually(
        lambda: len(desk.notes()) == 17 and len(desk.parked()) == 3, within=20, what="all in their place"
    )
    assert desk.parked() == {
        "failing": ("handler_failed", 3),
        "bad": ("not_for_me", 1),
        "dividing": ("handler_failed", 3),
    }
    assert "secret-words" not in "\n".join(service.lines)
    assert desk.notes() == [str(n) for n in range(20) if n not in (7, 11, 13)]


def test_a_parked_event_comes_back_when_it_is_replayed_after_the_fix(desk: Desk) -> None:
    desk.publish(a_note("at last", do="fail_without_flag", id="early"))
    with (
        proxied(desk.amqp_url) as (proxy, amqp_url),
        running_service(PATH, **{**desk.environment, "AMQP_URL": amqp_url}) as service,
        raw_client(desk.amqp_url) as client,
    ):
        eventually(desk.parked, what="a parked note")
        [shown] = client.call("notebook.list_parked", ADMIN)["result"]["data"]
        assert (shown["reason"], shown["exchange"], "body" in shown) == (
            "handler_failed",
            "channel.events",
            False,
        )

        assert client.call("notebook.replay_parked", ADMIN, shown["id"])["error"] is None
        eventually(lambda: desk.parked() == {"early": ("handler_failed", 3)}, what="the note parked again")

        proxy.drop()
        eventually(lambda: service.metric("bus_connections_lost_total", link="rpc") == 1 and service.ready)
        desk.execute("INSERT INTO flag VALUES ('up')")
        [shown] = client.call("notebook.list_parked", ADMIN)["result"]["data"]
        assert client.call("notebook.replay_parked", ADMIN, shown["id"])["error"] is None
        eventually(lambda: desk.notes() == ["at last"], what="the replayed note")
        assert desk.parked() == {}


def test_only_administrators_see_and_discard_parked_messages(
    staffed: tuple[Desk, ServiceProcess],
) -> None:
    desk, _ = staffed
    desk.publish(a_note("x", do="bad"))
    with raw_client(desk.amqp_url) as client:
        eventually(desk.parked, what="a parked note")
        for method in ("list_parked", "has_parked", "replay_parked", "discard_parked"):
            arguments = [AGENT] if method == "list_parked" else [AGENT, "x"]
            assert client.call(f"notebook.{method}", *arguments)["error"]["exc_type"] == "Forbidden"
        [shown] = client.call("notebook.list_parked", ADMIN)["result"]["data"]
        assert client.call("notebook.discard_parked", ADMIN, "nonsense")["error"]["exc_type"] == "NotFound"
        known = [client.call("notebook.has_parked", ADMIN, each)["result"] for each in (shown["id"], "x")]
        assert known == [{"found": True}, {"found": False}]
        assert client.call("notebook.discard_parked", ADMIN, shown["id"])["error"] is None
        assert desk.parked() == {}


def test_parked_messages_are_read_page_by_page(staffed: tuple[Desk, ServiceProcess]) -> None:
    desk, _ = staffed
    desk.publish(*(a_note(str(number), do="bad") for number in range(5)))
    eventually(lambda: len(desk.parked()) == 5, what="five parked notes")
    seen, after, more = [], None, True
    with raw_client(desk.amqp_url) as client:
        while more:
            page = client.call("notebook.list_parked", ADMIN, 2, after)["result"]
            seen += [(letter["last_seen"], letter["id"]) for letter in page["data"]]
            after, more = {"at": seen[-1][0], "id": seen[-1][1]}, page["more"]
        refused = client.call("notebook.list_parked", ADMIN, 2, {"at": "yesterday"})["error"]
    assert len(seen) == 5
    assert seen == sorted(set(seen), reverse=True)
    assert refused["exc_type"] == "Invalid"


def test_a_batch_waits_for_what_is_down_and_nothing_is_parked(staffed: tuple[Desk, ServiceProcess]) -> None:
    desk, service = staffed
    before = service.metric("events_retries_total", why="waits")
    desk.publish(a_note("patient", do="wait_for_flag"), a_note("second"))
    eventually(lambda: service.metric("events_retries_total", why="waits") >= before + 3, what="waiting")
    assert (desk.notes(), desk.parked()) == ([], {})
    desk.execute("INSERT INTO flag VALUES ('up')")
    eventually(lambda: desk.notes() == ["patient", "second"], what="the notes")


def test_a_database_that_goes_away_costs_no_event(desk: Desk) -> None:
    with (
        proxied(desk.database_url) as (proxy, database_url),
        running_service(PATH, **{**desk.environment, "DATABASE_URL": database_url}) as service,
    ):
        desk.publish(a_note("before"))
        eventually(desk.notes, what="the first note")
        proxy.cut()
        desk.publish(*(a_note(str(number)) for number in range(50)))
        eventually(lambda: service.metric("events_retries_total", why="waits") >= 2, what="some waiting")
        eventually(lambda: "database" in service.get("/readyz").json()["problems"], what="readiness red")
        proxy.restore()
        eventually(lambda: service.ready, what="readiness green")
        eventually(lambda: len(desk.notes()) == 51, within=20, what="the rest")
        assert desk.parked() == {}


def test_killed_between_commit_and_acknowledgement_it_is_done_once(desk: Desk) -> None:
    with proxied(desk.amqp_url) as (proxy, amqp_url):
        with running_service(PATH, **{**desk.environment, "AMQP_URL": amqp_url}) as service:
            desk.publish(a_note("once", do="sleep 1"))
            eventually(lambda: desk.rows(SLEEPING), what="the note in work")
            proxy.freeze()  # the commit goes through, the acknowledgement does not
            eventually(desk.notes, what="the commit")
            service.signal(signal.SIGKILL)
            service.wait()
        proxy.drop()
    with running_service(PATH, **desk.environment) as service:
        eventually(lambda: service.metric("events_repeated_total") == 1, what="the repetition")
    assert desk.notes() == ["once"]


def test_a_stop_finishes_the_batch_in_work_and_nobody_does_it_again(desk: Desk) -> None:
    with (
        running_service(PATH, **desk.environment) as leaving,
        running_service(PATH, **desk.environment) as staying,
    ):
        desk.publish(a_note("one", do="sleep 2"), a_note("two", do="sleep 2"))
        eventually(lambda: len(desk.rows(SLEEPING)) == 2, what="one note in the work of each")
        leaving.signal(signal.SIGTERM)
        assert leaving.wait() == 0
        desk.publish(a_note("next"))
        eventually(lambda: "next" in desk.notes(), what="the next note")
        assert sorted(desk.notes()) == ["next", "one", "two"]
        assert staying.metric("events_repeated_total") == 0
        assert staying.metric("events_handled_total", type="note.written.v1") == 2


def test_a_lost_connection_under_a_batch_does_not_make_it_happen_twice(desk: Desk) -> None:
    with (
        proxied(desk.amqp_url) as (proxy, amqp_url),
        running_service(PATH, **{**desk.environment, "AMQP_URL": amqp_url}) as service,
    ):
        desk.publish(a_note("slow", do="sleep 2"))
        eventually(lambda: desk.rows(SLEEPING), what="the note in work")
        proxy.drop()
        eventually(lambda: service.metric("events_repeated_total") == 1, within=30, what="the repetition")
        assert desk.notes() == ["slow"]


def test_an_event_that_kills_the_process_takes_nobody_with_it_for_long_and_ends_parked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "DELIVERY_LIMIT", 3)
    desk.channel.queue_delete("notebook.events")
    topology.declare(desk.amqp_url, [TOPOLOGY])
    desk.publish(a_note("one"), a_note("deadly", do="die", id="deadly"), a_note("two"))
    deaths = 0
    while "deadly" not in desk.parked():
        with running_service(PATH, wait=False, **desk.environment) as service:
            eventually(lambda: not service.running or desk.parked(), within=20, what="a death")
            deaths += not service.running
    assert deaths == 4
    assert desk.parked()["deadly"][0] == "delivery_limit"
    assert sorted(desk.notes()) == ["one", "two"]


def test_when_our_own_code_fails_on_everything_consuming_stops_and_readiness_says_so(desk: Desk) -> None:
    impatient = "servicekit.tests.events.impatient:NotebookService"
    desk.publish(*(a_note("x", do="fail") for _ in range(20)))
    with running_service(impatient, wait=False, **{**desk.environment, "EVENT_BATCH": "4"}) as service:
        eventually(lambda: len(desk.parked()) == 5, within=20, what="the last one parked")
        eventually(lambda: not service.ready, within=20, what="readiness that turned red")
        assert "parked" in service.get("/readyz").json()["problems"]["events"]
        assert service.running
        eventually(lambda: desk.waiting() == 15, what="the rest back in the queue")
        assert len(desk.parked()) == 5


def test_a_missing_queue_is_reported_and_found_once_it_is_declared(desk: Desk) -> None:
    desk.channel.queue_delete("notebook.events")
    with running_service(PATH, wait=False, **desk.environment) as service:
        eventually(
            lambda: "404" in str(service.get("/readyz").json()["problems"].get("events")), what="the 404"
        )
        topology.declare(desk.amqp_url, [TOPOLOGY])
        eventually(lambda: service.ready, what="a service that is ready")
