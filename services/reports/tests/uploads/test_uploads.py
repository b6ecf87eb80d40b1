"""From a file to what somebody is told of it: only of rows whose customers they see at that moment."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any, Final

import orjson
import pytest

from servicekit.clock import utc_now
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from servicekit.ids import new_id
from servicekit.scope import Scope
from servicekit.storage import Storage
from services.reports.tests.company import Company
from services.reports.uploads import access, expiry
from services.reports.uploads.kinds import COPIES, FILES
from services.reports.uploads.repository import UPLOADS

Json = dict[str, Any]
BY_MAIL: Final = {"groupings": [{"field": "email"}]}
KNOWN: Final = {"label": "E-mail", "type": "text", "several": False, "options": [], "archived": False}


def shown(company: Company, upload: str, scope: Json | None = None) -> Json:
    found: Json = company.service.get_upload(scope or company.admin, upload)["upload"]
    return found


def column(upload: Json, field: str) -> Json:
    found: Json = next(each for each in upload["columns"] if each["field"] == field)
    return found


def keys(storage: Storage) -> list[str]:
    return [kept.key for folder in (FILES, COPIES) for kept in storage.list(folder)]


def test_an_upload_is_read_once_and_kept_by_columns(company: Company, storage: Storage):
    asked = company.service.create_upload(company.admin, company.put(b'[{"custom.plan": "Gold"}, {}]'))
    assert (asked["upload"]["status"], asked["upload"]["rows"], asked["replayed"]) == ("queued", None, False)
    company.work_off()
    upload = shown(company, asked["upload"]["id"])
    assert (upload["status"], upload["rows"], upload["dropped"]) == ("succeeded", 2, 0)
    assert upload["columns"] == [
        {
            "field": "custom.plan",
            "label": "Plan",
            "type": "text",
            "several": False,
            "contact": False,
            "samples": ["Gold"],
            "filled": 1,
            "distinct": 1,
        }
    ]
    assert upload["links"]["self"] == f"/v1/reports/uploads/{upload['id']}"
    (key,) = keys(storage)
    assert key.startswith(COPIES)


def test_a_file_that_is_none_has_failed_and_is_gone(company: Company, storage: Storage):
    upload = shown(company, company.upload(b'[{"a": 1'))
    assert (upload["status"], upload["problem"]["code"]) == ("failed", "broken_json")
    assert (upload["rows"], upload["columns"], keys(storage)) == (None, [], [])
    with company.db.reading() as connection, pytest.raises(NotFound):
        access.opened(connection, scope_of(company), upload["id"])


def test_an_upload_is_no_source_before_it_is_read(company: Company):
    asked = company.service.create_upload(company.admin, company.put(b"[]"))
    with company.db.reading() as connection, pytest.raises(Conflict, match="upload_not_ready"):
        access.opened(connection, scope_of(company), asked["upload"]["id"])


def test_what_is_repeated_is_done_once(company: Company):
    file, key = company.put(b"[]"), {"key": str(new_id()), "hash": "same"}
    first = company.service.create_upload(company.admin, file, key)
    again = company.service.create_upload(company.admin, file, key)
    assert (again["replayed"], again["upload"]["id"]) == (True, first["upload"]["id"])
    assert len(company.service.list_uploads(company.admin)["data"]) == 1


def test_a_file_may_not_be_too_large(company: Company):
    with pytest.raises(TooLarge, match="file_too_large"):
        company.service.create_upload(company.admin, {**company.put(b"[]"), "size": 100 * 1024 * 1024 + 1})


def test_connectors_upload_nothing(company: Company):
    connector = {"user_id": company.admin["user_id"], "role": "connector", "team_ids": []}
    with pytest.raises(Forbidden):
        company.service.may_upload(connector)


def test_an_upload_is_its_owners_and_administrators(company: Company):
    ana, bo = company.agent("ana", "sales"), company.agent("bo", "sales")
    mine = company.upload(b"[]", scope=ana)
    assert [each["id"] for each in company.service.list_uploads(ana)["data"]] == [mine]
    assert company.service.list_uploads(bo)["data"] == []
    assert shown(company, mine, ana)["id"] == shown(company, mine)["id"] == mine
    for unknown in (mine, str(new_id()), "x"):
        with pytest.raises(NotFound, match="upload_not_found"):
            company.service.get_upload(bo, unknown)
        with pytest.raises(NotFound, match="upload_not_found"):
            company.service.delete_upload(bo, unknown)


def test_rows_of_others_customers_are_dropped_and_nothing_is_told_of_them(company: Company):
    ana = company.agent("ana", "sales")
    seen = company.customers.add(company.team("sales"), plan="Gold")
    hidden = company.customers.add(company.team("support"), plan="Silver")
    rows: list[Json] = [
        {"id": hidden.id, "custom.plan": "Silver", "tags": ["secret"], "custom.value": 9},
        {"id": seen.id, "custom.plan": "Gold", "tags": ["VIP"], "custom.value": 1},
        {"id": str(new_id()), "custom.plan": "Never", "tags": ["secret"]},
        {"id": "no id", "custom.plan": "Nobody", "tags": []},
        {"custom.plan": "Without", "custom.value": 2},
    ]
    upload = company.upload(orjson.dumps(rows), scope=ana)
    told = shown(company, upload, ana)
    assert (told["rows"], told["dropped"]) == (2, 3)
    assert column(told, "custom.plan") | {"label": ""} == {
        "field": "custom.plan",
        "label": "",
        "type": "text",
        "several": False,
        "contact": False,
        "samples": ["Gold", "Without"],
        "filled": 2,
        "distinct": 2,
    }
    assert (column(told, "tags")["samples"], column(told, "tags")["filled"]) == (["VIP"], 1)
    assert column(told, "custom.value")["samples"] == [1, 2]
    assert (shown(company, upload)["rows"], shown(company, upload)["dropped"]) == (5, 0)
    answer = company.preview(scope=ana, source={"upload": upload})
    assert [(row["values"], row["total"]) for row in answer["rows"]] == [(["Gold"], 1), (["Without"], 1)]
    assert "Silver" not in str(answer)


def test_visibility_is_that_of_the_moment(company: Company):
    ana = company.agent("ana", "sales")
    person = company.customers.add(company.team("sales"))
    upload = company.upload(orjson.dumps([{"id": person.id, "custom.plan": "Gold"}]), scope=ana)
    assert shown(company, upload, ana)["dropped"] == 0
    company.customers.people.clear()
    told = shown(company, upload, ana)
    assert (told["rows"], told["dropped"], column(told, "custom.plan")["samples"]) == (0, 1, [])


def test_contact_columns_are_not_for_whom_contact_data_is_hidden_from(company: Company):
    ana = company.agent("ana", "sales")
    rows = [{"email": "ana@x.test", "Write to": "bo@x.test", "custom.plan": "Gold"}]
    upload = company.upload(orjson.dumps(rows), scope=ana)
    assert len(shown(company, upload, ana)["columns"]) == 3
    company.customers.masked = True
    told = shown(company, upload, ana)
    assert [each["field"] for each in told["columns"]] == ["custom.plan"]
    assert "x.test" not in str(told)
    task = {"key": copy_key(company, upload), "bits": None, "masked": True}
    with pytest.raises(Invalid, match="unknown_field"):
        company.service.computing.run(
            {
                "do": "report",
                "upload": task,
                "configuration": BY_MAIL,
                "known": [{"field": "email", **KNOWN}],
                "former": {},
            }
        )


def test_problems_name_no_column_that_is_absent(company: Company):
    ana = company.agent("ana", "sales")
    rows: list[Json] = [
        {"email": "a@x.test", "Phone number": 1, "n": 1},
        {"email": 5, "Phone number": "x", "n": "y"},
    ]
    upload = company.upload(orjson.dumps(rows), scope=ana)
    problems = {each["field"] for each in shown(company, upload, ana)["problems"]}
    assert problems == {"email", "Phone number", "n"}
    company.customers.masked = True
    assert {each["field"] for each in shown(company, upload, ana)["problems"]} == {"n"}


def test_a_list_loads_nothing_of_what_is_in_the_files(company: Company):
    upload = company.upload(b'[{"a": "x"}, 1]')
    with company.db.reading() as connection:
        ((listed, _),), _ = UPLOADS.page(connection, scope_of(company), limit=5, cursor=None)
        found = UPLOADS.find(connection, listed.id)
    assert (str(listed.id), listed.rows) == (upload, 1)
    assert not hasattr(listed, "columns")
    assert found is not None
    assert (len(found.columns or []), len(found.problems)) == (1, 1)


def test_ids_are_asked_about_in_parts(company: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(access, "AT_ONCE", 8)
    ana = company.agent("ana", "sales")
    people = [company.customers.add(company.team("sales" if n % 3 else "support")) for n in range(21)]
    upload = company.upload(orjson.dumps([{"id": each.id, "n": n} for n, each in enumerate(people)]))
    with company.db.reading() as connection:
        found = access.opened(connection, scope_of(company), upload)
    task = access.task_of(
        found,
        scope_of(company, ana),
        masked=False,
        customers=company.customers.call,
        pool=company.service.computing,
    )
    bits = "".join(f"{byte:08b}" for byte in base64.b64decode(task["bits"]))
    assert bits[:21] == "".join("1" if n % 3 else "0" for n in range(21))
    assert [method for method, _ in company.customers.calls].count("visible_bits") == 3


@pytest.mark.parametrize("code", ["query_too_expensive", "report_too_large"])
def test_an_upload_too_large_to_look_through_is_told_of_without_samples(
    company: Company, monkeypatch: pytest.MonkeyPatch, code: str
):
    company.customers.masked = True
    ana = company.agent("ana", "sales")
    seen = company.customers.add(company.team("sales"))
    rows: list[Json] = [{"id": seen.id}, {"id": str(new_id())}, {"email": "a@x.test", "plan": "Gold"}]
    upload = company.upload(orjson.dumps([*rows, *({"id": str(new_id())} for _ in range(8))]), scope=ana)
    pool = company.service.computing
    really = pool.run

    def run(task: Json, **how: Any) -> Json:
        if task["do"] == "columns":
            raise Invalid.at("/source", code, "too much")
        answer: Json = really(task, **how)
        return answer

    monkeypatch.setattr(pool, "run", run)
    told = shown(company, upload, ana)
    assert (told["rows"], told["dropped"]) == (2, 9)
    assert [each["field"] for each in told["columns"]] == ["id", "plan"]
    for each in told["columns"]:  # of rows that are not theirs nothing is told, not even how many there are
        assert (each["samples"], each["filled"], each["distinct"]) == ([], None, None)
    assert (told["columns"][1]["label"], told["columns"][1]["type"]) == ("plan", "text")


def test_a_deleted_upload_is_gone_with_its_files(company: Company, storage: Storage):
    read, unread = company.upload(b"[]"), company.service.create_upload(company.admin, company.put(b"[]"))
    for upload in (read, unread["upload"]["id"]):
        company.service.delete_upload(company.admin, upload)
        with pytest.raises(NotFound, match="upload_not_found"):
            company.service.get_upload(company.admin, upload)
    company.work_off()
    assert keys(storage) == []


def test_after_thirty_days_nothing_is_left(company: Company, storage: Storage):
    upload = company.upload(b"[]")
    company.put(b"cut off")
    now = utc_now()
    assert expiry.expire(company.db, storage, now=now + timedelta(hours=23)) == 0
    assert expiry.expire(company.db, storage, now=now + timedelta(days=2)) == 1  # of nobody
    assert shown(company, upload)["rows"] == 0
    assert expiry.expire(company.db, storage, now=now + timedelta(days=30, minutes=1)) == 1
    assert keys(storage) == []
    with pytest.raises(NotFound):
        company.service.get_upload(company.admin, upload)


def scope_of(company: Company, scope: Json | None = None) -> Scope:
    return Scope.load(scope or company.admin)


def copy_key(company: Company, upload: str) -> str:
    with company.db.reading() as connection:
        found, _ = UPLOADS.get_visible(connection, scope_of(company), upload)
    assert found.columnar_key is not None
    return found.columnar_key
