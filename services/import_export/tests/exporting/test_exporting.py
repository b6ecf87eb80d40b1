"""Exports: from asking for one to the file, and who may have it."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from directory.file_rights import Rights
from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from servicekit.ids import new_id
from servicekit.jobs import Run
from services.import_export.exporting import job, workfiles
from services.import_export.exporting.expiry import expire
from services.import_export.formats.domain.columns import Column
from services.import_export.formats.writers import Options
from services.import_export.tests.exporting.office import COLUMNS, Office

Json = dict[str, Any]


def in_storage(office: Office) -> list[str]:
    return [kept.key for kept in office.storage.list("exports")]


def test_an_export_becomes_a_file(office: Office) -> None:
    asked = office.ask(selection={"q": "maria"}, columns=["id", "name"], options={"separator": ";"})
    assert (asked["status"], asked["links"]["file"], asked["progress"]["total"]) == ("queued", None, 5)
    assert office.customers.opened["selection"] == {"q": "maria"}
    with pytest.raises(Conflict) as refusal:
        office.file(asked["id"])
    assert refusal.value.code == "export_not_ready"
    office.work_off()
    made = office.get(asked["id"])
    assert (made["status"], made["progress"]["done"]) == ("succeeded", 5)
    assert made["links"]["file"] == f"/v1/exports/{made['id']}/file"
    content = office.content(made["id"])
    assert content.startswith(b'\xef\xbb\xbf"ID";"Name";"Tags";"Telefone (custom.fone)";"Created at"\r\n')
    assert content.count(b";vip;;2024-05-01T09:00:00-03:00\r\n") == 5
    file = office.file(made["id"])
    assert file == {
        "key": file["key"], "filename": made["filename"], "size": len(content),
        "content_type": "text/csv; charset=utf-8",
    }  # fmt: skip
    assert made["filename"].endswith(".csv")


def test_that_it_is_ready_is_told_without_a_word_of_whom_it_is_about(office: Office) -> None:
    made = office.exported()
    (event,) = office.events()
    assert (event["type"], event["subject"]) == ("export.ready.v1", made["id"])
    assert event["data"] == {"created_by": office.admin["user_id"], "format": "csv", "rows": 5}


def test_workbooks_and_json_hold_the_same(office: Office, tmp_path: Path) -> None:
    ids = [row[0] for row in office.customers.rows]
    path = tmp_path / "book.xlsx"
    path.write_bytes(office.content(office.exported(format="xlsx")["id"]))
    table = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert [row[0] for row in table] == ["ID", *ids]
    objects = json.loads(office.content(office.exported(format="json")["id"]))
    assert [each["id"] for each in objects] == ids
    lines = office.exported(format="json", options={"ndjson": True})
    assert [json.loads(line)["id"] for line in office.content(lines["id"]).splitlines()] == ids
    assert office.file(lines["id"])["content_type"] == "application/x-ndjson"
    assert lines["filename"].endswith(".ndjson")


def test_rows_come_in_the_order_of_the_list(office: Office) -> None:
    made = office.exported(format="json", selection={"sort": "-name"})
    names = [each["name"] for each in json.loads(office.content(made["id"]))]
    assert names == [f"Maria {n}" for n in (4, 3, 2, 1, 0)]
    assert made["progress"]["done"] == 5


def test_whoever_goes_on_without_the_file_begins_anew(office: Office) -> None:
    def lost() -> None:
        raise RuntimeError

    office.customers.meanwhile[3] = lost
    made = office.exported(format="json")
    assert office.customers.pages == 3 + 3
    assert [each["name"] for each in json.loads(office.content(made["id"]))] == [
        f"Maria {n}" for n in range(5)
    ]
    assert len(in_storage(office)) == 1


def test_a_file_that_another_process_took_over_is_given_up(temporary: Path, office: Office) -> None:
    file = workfiles.WorkFile("csv", [Column.load(each) for each in COLUMNS], Options())
    job_id = new_id()
    workfiles.park(job_id, file, office.db)
    assert workfiles.take(job_id, token="of another") is None
    assert workfiles.take(job_id, token=file.token) is None


def test_files_of_processes_that_died_are_cleared_away(temporary: Path, office: Office) -> None:
    office.exported()
    (own,) = temporary.iterdir()
    dead = temporary / f"{workfiles.PREFIX}dead"
    dead.mkdir()
    (dead / "lock").touch()
    (dead / "file").write_text("Maria")
    workfiles.clear_left_behind()
    assert list(temporary.iterdir()) == [own]


def test_a_cancelled_export_leaves_nothing(office: Office) -> None:
    made = office.ask()
    office.customers.meanwhile[2] = lambda: office.service.cancel_export(office.admin, made["id"])
    office.work_off()
    assert office.get(made["id"])["status"] == "cancelled"
    assert in_storage(office) == []
    with pytest.raises(NotFound):
        office.file(made["id"])


def test_nobody_who_wants_an_end_waits_for_a_large_workbook(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "LOOK_SECONDS", 0.0)
    file = workfiles.WorkFile("xlsx", [Column.load(each) for each in COLUMNS], Options())
    rights = Rights(everybody=True, teams=frozenset(), masked=False)
    file.write(office.customers.rows * 500, keys=None, rights=rights, next=None)
    office.ask()
    ((found,),) = office.rows("SELECT id FROM job")
    with office.db.reading() as connection:
        stopping = Run(jobs.find(connection, found), office.db, rpc=None)
    stopping.stop_requested.set()
    with pytest.raises(Unavailable):
        job.finish(stopping, file)
    file.abandon()
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join()
    assert file.key is None
    assert in_storage(office) == []


@pytest.mark.parametrize(
    ("loss", "code"),
    [
        (lambda office: setattr(office.customers, "may_export", False), "exports_forbidden"),
        (lambda office: office.deactivate("ana"), "exports_forbidden"),
    ],
)
def test_rights_lost_on_the_way_end_it(office: Office, loss: Any, code: str) -> None:
    agent = office.agent("ana", "sales")
    office.customers.meanwhile[2] = lambda: loss(office)
    made = office.exported(agent)
    assert (made["status"], made["problem"]["code"]) == ("failed", code)
    assert in_storage(office) == []


def test_what_customers_refuse_on_the_way_ends_it(office: Office) -> None:
    def hidden() -> None:
        raise Invalid.at("/columns/1", "field_hidden", "contact data is hidden from you")

    office.customers.meanwhile[2] = hidden
    made = office.exported()
    assert (made["status"], made["problem"]["code"]) == ("failed", "field_hidden")


def test_what_does_not_fit_ends_it(office: Office) -> None:
    office.customers.rows[3][1] = "x" * 40_000
    made = office.exported(format="xlsx")
    assert (made["status"], made["problem"]["code"]) == ("failed", "cell_too_long")
    assert in_storage(office) == []


def test_the_file_is_for_who_may_see_today_whatever_is_in_it(office: Office) -> None:
    agent = office.agent("ana", "sales", "north")
    made = office.exported(agent)["id"]
    assert office.file(made, agent) == office.file(made)
    assert office.file(made, office.agent("ana", "sales", "north", "south"))
    refused(office, made, office.agent("ana", "sales"), "export_not_yours_any_more")
    agent = office.agent("ana", "sales", "north")
    office.customers.masked = True
    refused(office, made, agent, "export_not_yours_any_more")
    assert office.file(made)
    masked = office.exported(agent)["id"]
    assert office.file(masked, agent)
    office.customers.masked, office.customers.may_export = False, False
    refused(office, made, agent, "exports_forbidden")
    with pytest.raises(NotFound):
        office.file(made, office.agent("bob", "sales", "north"))


def test_teams_of_any_step_are_needed_for_the_file(office: Office) -> None:
    agent = office.agent("ana", "sales")
    office.customers.meanwhile[1] = lambda: office.agent("ana", "north")
    made = office.exported(agent)["id"]
    refused(office, made, office.agent("ana", "north"), "export_not_yours_any_more")
    assert office.file(made, office.agent("ana", "north", "sales"))


def test_a_file_of_an_administrator_is_none_for_who_is_one_no_more(office: Office) -> None:
    made = office.exported()["id"]
    refused(office, made, office.agent("root", "sales"), "export_not_yours_any_more")


def refused(office: Office, export_id: str, scope: Json, code: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        office.file(export_id, scope)
    assert refusal.value.code == code


def test_after_a_day_the_file_is_gone_and_after_a_month_the_export(office: Office) -> None:
    made = office.exported()["id"]
    now = utc_now()
    assert expire(office.db, office.storage, now=now) == 0
    assert expire(office.db, office.storage, now=now + timedelta(hours=24)) == 1
    assert in_storage(office) == []
    with pytest.raises(NotFound) as refusal:
        office.file(made)
    assert refusal.value.code == "export_gone"
    assert office.get(made)["links"]["file"] is None
    expire(office.db, office.storage, now=now + timedelta(days=31))
    with pytest.raises(NotFound):
        office.get(made)


def test_a_file_that_nobody_names_goes_too(office: Office) -> None:
    office.exported()
    office.run("UPDATE export_run SET storage_key = NULL")
    assert expire(office.db, office.storage, now=utc_now() + timedelta(hours=24)) == 0
    assert expire(office.db, office.storage, now=utc_now() + timedelta(hours=26)) == 1


def test_exports_are_shown_to_who_asked_and_to_administrators(office: Office) -> None:
    ana, bob = office.agent("ana", "sales"), office.agent("bob", "sales")
    first, second = office.ask(ana)["id"], office.ask(bob)["id"]

    def listed(scope: Json, **page: Any) -> Json:
        answer: Json = office.service.list_exports(scope, **page)
        return answer

    assert [each["id"] for each in listed(ana)["data"]] == [first]
    newest = listed(office.admin, limit=1)
    assert "columns" not in newest["data"][0]
    assert [each["id"] for each in newest["data"]] == [second]
    assert [each["id"] for each in listed(office.admin, cursor=newest["next"])["data"]] == [first]
    for call in (office.service.get_export, office.service.cancel_export, office.service.export_file):
        for export_id in (first, "x", str(new_id())):
            with pytest.raises(NotFound) as refusal:
                call(bob, export_id)
            assert refusal.value.code == "export_not_found"


def test_the_same_request_makes_one_export(office: Office) -> None:
    key = {"key": "k", "hash": "h"}
    first, again = (
        office.service.create_export(office.admin, {"format": "csv"}, None, key) for _ in range(2)
    )
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["export"]["id"] == again["export"]["id"]
    assert UUID(first["export"]["id"])


def test_a_number_that_is_not_exact_is_no_total(office: Office) -> None:
    office.customers.exactly = False
    assert office.ask()["progress"]["total"] is None


def test_a_sheet_has_an_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.import_export.exporting.entrypoints.MAX_SHEET_ROWS", 4)
    with pytest.raises(Invalid) as refusal:
        office.ask(format="xlsx")
    assert refusal.value.payload["errors"][0]["code"] == "too_many_rows"
    assert office.ask(format="csv")


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"format": "pdf"}, "/format"),
        ({"format": "csv", "colour": 1}, "/colour"),
        ({"format": "csv", "options": {"separator": "x"}}, "/options/separator"),
        ({"format": "csv", "options": {"bom": "yes"}}, "/options/bom"),
        ({"format": "xlsx", "options": {"bom": True}}, "/options/bom"),
        ({"format": "csv", "options": []}, "/options"),
        ({"format": "csv", "selection": {"all": True, "q": "a"}}, "/selection/all"),
        ({"format": "csv", "selection": {"all": False}}, "/selection/all"),
        ({"format": "csv", "selection": []}, "/selection"),
    ],
)
def test_what_is_no_export_is_refused(office: Office, data: Json, pointer: str) -> None:
    with pytest.raises(Invalid) as refusal:
        office.service.create_export(office.admin, data)
    assert refusal.value.payload["errors"][0]["pointer"] == pointer
    office.ask(selection={"all": True, "except": ["x"]})
    assert office.customers.opened["selection"] == {"except": ["x"]}
