"""One day at a small company: every event and every call of the service once, with what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servicekit.clock import parse_rfc3339
from servicekit.events import Event
from servicekit.events.batch import BatchWorker
from servicekit.events.cloudevent import CONTENT_TYPE, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from servicekit.testing.examples import Examples, ParkedRows, Recorder, numbered
from services.tasks.tests.world import World
from services.tasks.work.reminders import remind_due
from services.tasks.work.subscribers import FollowCustomers

Json = dict[str, Any]
EXAMPLES = Examples(Path(__file__).parents[4] / "contracts" / "tasks")
NOBODY = "00000000-0000-7000-8000-00000000000c"
_DUE_DAY = "2026-03-01T"
_DUE = "2026-03-01T12:00:00Z"


class Day(Recorder):
    """An administrator's calls, about one customer of one team."""

    def __init__(self, world: World) -> None:
        super().__init__(world.service, world.admin)
        self.world, self.team = world, world.team("Vendas")
        self.customer = world.customer("Vendas")


def play(world: World) -> tuple[dict[str, Json], dict[str, Json]]:
    """(outgoing events by type, calls by name), numbered. Of several events of a type the first."""
    day = Day(world)
    _about_notes(day)
    task = _about_tasks(day)
    _about_comments(day, task)
    day.call("for_profile", day.customer)
    day.call("count_of", [day.customer, NOBODY])
    day.ask("with_work", [day.customer, NOBODY])
    _about_ends(day, task)
    _about_merged(day)
    _about_parked(day)
    events: dict[str, Json] = {}
    for event in world.events():
        events.setdefault(event["type"], event)
    return _numbered(events), _numbered(day.calls)


def _numbered(examples: dict[str, Json]) -> dict[str, Json]:
    return {name: numbered(each, known={NOBODY}, told=_DUE_DAY) for name, each in examples.items()}


def _about_notes(day: Day) -> None:
    data = {"body": "Prefere ligações à tarde", "team": day.team}
    note = day.call("create_note", day.customer, data)["note"]
    day.call("create_note", day.customer, {"body": " "}, name="create_note.invalid")
    day.call("get_note", note["id"])
    day.call("get_note", NOBODY, name="get_note.not_found")
    day.call("update_note", note["id"], {"body": "Prefere ligações de manhã", "pinned": True}, version=1)
    day.call("update_note", note["id"], {"pinned": False}, version=1, name="update_note.stale")
    day.call("list_notes", day.customer, limit=50, pinned=True)
    day.call("list_note_feed", day.customer, after={"at": "2126-03-01T12:00:00Z", "id": NOBODY}, limit=50)
    day.call("list_note_changes", note["id"], limit=50)
    day.call("team_usage", day.team)
    day.call("move_team", day.team, day.world.team("Suporte"), limit=500)


def _about_tasks(day: Day) -> Json:
    data = {"title": "Ligar de volta", "description": "Pediu o orçamento", "priority": "high"}
    task = day.call("create_task", {**data, "due_at": _DUE, "customer": day.customer})["task"]
    remind_due(day.world.db, now=parse_rfc3339(_DUE))
    day.call("get_task", task["id"])
    day.call("get_task", NOBODY, name="get_task.not_found")
    day.call("list_tasks", limit=50, view="mine", overdue=True)
    day.call("visible_tasks", [task["id"], NOBODY])
    task = day.call("update_task", task["id"], {"status": "in_progress"}, version=1)["task"]
    day.call("update_task", task["id"], {"status": "done"}, version=1, name="update_task.stale")
    day.call("update_task", task["id"], {"responsible": NOBODY}, name="update_task.unknown_user")
    day.call("list_task_changes", task["id"], limit=50)
    return task


def _about_comments(day: Day, task: Json) -> None:
    comment = day.call("add_comment", task["id"], {"body": "Não atendeu"})["comment"]
    day.call("get_comment", comment["id"])
    day.call("list_comments", task["id"], limit=50)
    day.call("update_comment", comment["id"], {"body": "Não atendeu, de novo"}, version=1)
    day.call("delete_comment", comment["id"], version=2)


def _about_ends(day: Day, task: Json) -> None:
    day.world.service.update_task(day.world.admin, task["id"], {"status": "done"})
    day.call("update_task", task["id"], {"status": "cancelled"}, name="update_task.illegal_status_change")
    day.call("delete_task", task["id"])
    [note] = day.world.service.list_notes(day.world.admin, day.customer)["data"]
    day.call("delete_note", note["id"])


def _about_merged(day: Day) -> None:
    day.world.company.merge(day.customer, into=day.world.customer("Vendas"))
    day.call("list_notes", day.customer, name="list_notes.moved")
    day.call("list_tasks", customer_id=day.customer, name="list_tasks.moved")
    day.call("list_note_feed", day.customer, name="list_note_feed.moved")
    day.call("for_profile", day.customer, name="for_profile.moved")


def _about_parked(day: Day) -> None:
    """The broker's part of a replay is servicekit's to prove; here only its answers' form."""
    broken = Event(
        type="customers.changed.v1",
        data={"customers": "all"},
        id="01JD8Y0000000000000000ODD",
        source="/services/customers",
        time=parse_rfc3339(_DUE),
    )
    worker = BatchWorker(day.world.db, routes_of([FollowCustomers(None)]), pause=lambda seconds: False)
    delivery = Delivery(encode(broken), "crm.events", broken.type, content_type=CONTENT_TYPE)
    worker.work_off([delivery], lambda done: None)
    day.world.service.events = ParkedRows(day.world.db)  # type: ignore[assignment]
    [parked] = day.call("list_parked", limit=50)["data"]
    day.call("has_parked", parked["id"])
    day.call("replay_parked", parked["id"])
    day.call("discard_parked", parked["id"])
