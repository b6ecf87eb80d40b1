"""An import from its upload to its end."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson
import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from services.import_export.runs import planning
from services.import_export.runs.domain import grouping
from services.import_export.tests.runs.world import World, nonzero

CLEAN = """Name,Email,Phone,Tags
Ana Souza,ana@example.com,(11) 98765-4321,vip
Bruno Lima,bruno@example.com,,
Carla Dias,,(21) 99876-5432,"vip, novo"
"""
NAMED = {"Name": "name", "Email": "email"}
MESSY = """Name,Email,Phone,Plan
Ana Souza,ana@example.com,,Gold
,nobody@example.com,,
Ana again,ANA@example.com,(11) 98765-4321,
Bruno,bruno@,,
Carla,carla@example.com,,Platinum
Dora,dora@example.com,"5,51199E+12",

Eva,,,
Two,one@example.com,(21) 99876-5432,
"""


def test_a_clean_file_becomes_customers(world: World) -> None:
    """Its whole way, with a process that looks at it first."""
    import_id = world.read(CLEAN)
    read = world.get(import_id)
    assert (read["phase"], read["status"], read["rows"]) == ("mapping", "awaiting_input", 3)
    assert read["suggested_mapping"]["complete"]
    world.service.check_import(world.admin, import_id)
    world.work_off()
    world.start(import_id)
    world.work_off()
    done = world.get(import_id)
    assert (done["phase"], done["status"]) == ("finished", "succeeded")
    assert nonzero(done["counts"]) == {"created": 3}
    assert world.people.names == ["Ana Souza", "Bruno Lima", "Carla Dias"]
    assert [row["customer"] for row in world.results(done["id"])] == [
        world.people.named(name) for name in ("Ana Souza", "Bruno Lima", "Carla Dias")
    ]
    (event,) = world.events("import.finished.v1")
    assert event["subject"] == done["id"]
    assert event["data"] == {
        "created_by": world.admin["user_id"],
        "status": "succeeded",
        "counts": done["counts"],
    }


def test_every_row_of_a_messy_file_has_an_outcome_and_a_reason(world: World) -> None:
    world.people.add("One", ("email", "one@example.com"))
    world.people.add("Other", ("line", "+5521998765432"))
    checked = world.checked(MESSY)
    before = world.people.names
    expected = {"created": 2, "merged": 1, "refused": 4, "needs_review": 1}
    assert nonzero(checked["counts"]) == expected
    assert (checked["rows"], checked["blank"]) == (8, 1)
    issues = {(each["code"], each["column"]): each["first_rows"] for each in checked["issues"]}
    assert issues[("missing_name", "Name")] == [3]
    assert issues[("invalid_email", "Email")] == [5]
    assert issues[("unknown_option", "Plan")] == [6]
    assert issues[("damaged_number", "Phone")] == [7]
    assert issues[("no_key", None)] == [9]
    assert issues[("two_customers", None)] == [10]
    assert checked["unknown_options"] == [{"field": "plan", "label": "Platinum", "count": 1}]
    assert [row["n"] for row in checked["samples"]["refused"]] == [3, 5, 7]
    assert world.people.names == before

    world.service.start_import(world.admin, checked["id"])
    world.work_off()
    done = world.get(checked["id"])
    assert (done["status"], done["drifted"]) == ("partially_failed", 0)
    assert nonzero(done["counts"]) == expected
    assert world.people.names == sorted([*before, "Ana Souza", "Eva"])


def test_refused_rows_are_a_file_that_can_be_mended_and_imported(world: World) -> None:
    done = world.imported('Name,Email\n=1+1,x@\n"\'=a",a@example.com\n', mapping=NAMED)
    file = world.service.refused_file(world.admin, done["id"], "csv")["file"]
    content = world.stored(file["key"]).decode("utf-8-sig")
    assert len(content.encode("utf-8-sig")) == file["size"]
    assert list(csv.reader(io.StringIO(content))) == [
        ["Name", "Email", "refused_row", "refused_column", "refused_code", "refused_message"],
        ["'=1+1", "x@", "2", "Email", "invalid_email", world.results(done["id"])[0]["errors"][0]["detail"]],
    ]
    again = world.imported(content.replace("x@", "x@example.com"), mapping=NAMED)
    assert nonzero(again["counts"]) == {"created": 1}
    assert world.people.names == ["=1+1", "=a"]


def test_refused_rows_are_a_workbook_too(world: World) -> None:
    done = world.imported("Name,Email\nAna,x@\nBia,bia@example.com\n")
    file = world.service.refused_file(world.admin, done["id"], "xlsx")["file"]
    read = world.read(world.stored(file["key"]), filename="mended.xlsx")
    columns = world.get(read)["detected"]["columns"]
    assert [each["header"] for each in columns][:3] == ["Name", "Email", "refused_row"]
    clean = world.imported(CLEAN)
    with pytest.raises(NotFound, match="nothing_refused"):
        world.service.refused_file(world.admin, clean["id"], "csv")


def test_rows_that_may_be_one_person_are_decided_one_after_the_other(world: World) -> None:
    """By an address of the file, and by a customer whom both meet with different addresses."""
    world.people.add("Known", ("email", "a@example.com"), ("email", "b@example.com"))
    filler = "".join(f"F{number},f{number}@example.com,\n" for number in range(510))
    content = f"Name,Email,Phone\nX,a@example.com,\n{filler}Y,b@example.com,(11) 98765-4321\n"
    content += "Z,,(11) 98765-4321\n"
    done = world.imported(content)
    assert nonzero(done["counts"]) == {"unchanged": 2, "merged": 1, "created": 510}
    batches = {row["n"]: row["batch"] for row in world.decisions(done["id"])}
    assert batches[2] == batches[513] == batches[514]
    assert max(batches.values()) == 1


def test_a_file_of_headers_alone_is_done_at_once(world: World) -> None:
    done = world.imported("Name,Email\n")
    assert (done["phase"], done["rows"], nonzero(done["counts"])) == ("finished", 0, {})


def test_options_are_checked_before_they_are_used(world: World) -> None:
    checked = world.checked(CLEAN)
    with pytest.raises(Conflict, match="check_first"):
        world.service.start_import(world.admin, checked["id"], {"policy": "update"})
    with pytest.raises(Invalid) as refused:
        world.service.check_import(world.admin, checked["id"], {"policy": "create"})
    assert refused.value.payload["errors"][0]["code"] == "duplicates_not_allowed"
    with pytest.raises(Invalid):
        world.service.check_import(world.admin, checked["id"], {"policy": "guess"})


def test_another_mapping_is_checked_anew(world: World) -> None:
    checked = world.checked(CLEAN)
    columns = [{"column": "Name", "to": "name"}, {"column": "Tags", "to": "tags"}]
    version = checked["version"]
    remapped = world.service.set_mapping(world.admin, checked["id"], {"columns": columns}, version)["import"]
    assert (remapped["phase"], remapped["mapping"]) == ("mapping", {"columns": columns})
    assert (nonzero(remapped["counts"]), remapped["issues"], remapped["samples"]) == ({}, [], {})
    assert world.results(checked["id"]) == []
    with pytest.raises(NotFound, match="row_not_found"):
        world.service.get_row(world.admin, checked["id"], 2)
    world.service.check_import(world.admin, checked["id"])
    world.work_off()
    again = world.get(checked["id"])
    assert nonzero(again["counts"]) == {"created": 3}
    assert again["version"] > version
    (issue,) = again["issues"]
    assert (issue["code"], issue["count"]) == ("no_key", 3)


def test_a_file_can_be_read_otherwise_than_it_was_understood(world: World) -> None:
    import_id = world.read("a;b\nAna;ana@example.com\n")
    assert world.get(import_id)["detected"]["header_row"] == 1
    world.service.set_mapping(world.admin, import_id, {"reading": {"header_row": 0}})
    assert world.get(import_id)["phase"] == "reading"
    world.work_off()
    read = world.get(import_id)
    assert (read["phase"], read["detected"]["header_row"], read["detected"]["rows"]) == ("mapping", 0, 2)


def test_a_file_that_is_none_is_refused_with_a_reason(world: World) -> None:
    refused = world.get(world.read(b"", filename="people.csv"))
    assert (refused["phase"], refused["status"]) == ("failed", "failed")
    assert refused["problem"]["code"] == "empty_file"
    with pytest.raises(Conflict, match="import_is_over"):
        world.service.check_import(world.admin, refused["id"])


def test_a_repeated_request_makes_no_second_import(world: World) -> None:
    upload, key = world.upload(CLEAN), {"key": "k", "hash": "h"}
    first = world.service.create_import(world.admin, upload, key)
    again = world.service.create_import(world.admin, upload, key)
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["import"]["id"] == again["import"]["id"]


def test_imports_are_seen_by_their_creator_and_by_administrators(world: World) -> None:
    agent, other = world.agent("ana", "north"), world.agent("bia", "north")
    import_id = world.read(CLEAN, scope=agent)
    assert world.service.get_import(world.admin, import_id)["import"]["created_by"] == agent["user_id"]
    for asked in (import_id, "no-id"):
        with pytest.raises(NotFound, match="import_not_found"):
            world.service.get_import(other, asked)
    assert world.service.list_imports(other)["data"] == []
    assert [each["id"] for each in world.service.list_imports(agent)["data"]] == [import_id]


def test_who_may_not_import_is_told_so_at_each_call(world: World) -> None:
    agent = world.agent("ana", "north")
    import_id = world.read(CLEAN, scope=agent)
    world.people.agents_may_import = False
    with pytest.raises(Forbidden, match="imports_forbidden"):
        world.service.get_import(agent, import_id)
    assert world.people.calls[-1] == "import_rights"  # facts are long, and a page is looked at often
    world.people.agents_may_import, world.people.masked = True, True
    with pytest.raises(Forbidden, match="contact_data_hidden"):
        world.service.create_import(agent, world.upload(CLEAN))


def test_an_address_that_everybody_is_given_does_not_stop_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "GROUP_ROWS", 2)
    monkeypatch.setattr(planning, "_ALIKE_AT_ONCE", 2)
    everybody = "".join(f"P{n},info@example.com\n" for n in range(7))
    done = world.imported(f"Name,Email\n{everybody}Ana,ana@example.com\n")
    assert nonzero(done["counts"]) == {"created": 2, "unchanged": 1, "refused": 5}
    assert {row["code"] for row in world.results(done["id"], "refused")} == {"too_many_rows_alike"}


def test_a_call_is_as_large_as_its_bytes_in_any_script(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "GROUP_BYTES", 1_500)
    sent, batch = [], world.people._import_batch

    def weighed(scope: Any, run: str, rows: Any, *asked: Any, **options: Any) -> Any:
        sent.append(len(orjson.dumps([row["form"] for row in rows])))
        return batch(scope, run, rows, *asked, **options)

    monkeypatch.setattr(world.people, "_import_batch", weighed)
    alike = "".join(f"{'Анна' * 25} {n},anna@example.com\n" for n in range(8))
    world.imported(f"Name,Email\n{alike}")
    assert len(sent) == 2
    assert all(500 < size < 1_600 for size in sent)


def test_a_file_that_cannot_be_read_as_asked_is_read_as_before(world: World) -> None:
    import_id = world.ready(CLEAN)
    world.service.set_mapping(world.admin, import_id, {"reading": {"header_row": 7}})
    world.work_off()
    read = world.get(import_id)
    assert (read["phase"], read["status"]) == ("mapping", "awaiting_input")
    assert read["problem"]["code"] == "no_header"
    assert read["detected"]["header_row"] == 1
    assert world.service.check_import(world.admin, import_id)["import"]["problem"] is None
    world.work_off()
    assert world.get(import_id)["phase"] == "checked"


def test_what_is_read_otherwise_has_its_header_elsewhere(world: World) -> None:
    import_id = world.ready("Clientes\nNome;E-mail\nAna;ana@example.com\nBia;bia@example.com\n")
    world.service.set_mapping(world.admin, import_id, {"reading": {"separator": ";"}})
    world.work_off()
    read = world.get(import_id)
    assert (read["phase"], read["detected"]["header_row"], read["rows"]) == ("mapping", 2, 2)


def test_a_check_that_cannot_be_done_can_be_asked_for_otherwise(world: World) -> None:
    import_id = world.ready(CLEAN)
    with pytest.raises(Invalid) as unknown:
        world.service.check_import(world.admin, import_id, {"teams": [world.admin["user_id"]]})
    assert unknown.value.payload["errors"][0]["code"] == "unknown_team"
    world.service.check_import(world.admin, import_id)
    world.people.down = Invalid.at("/teams", "unknown_team", "there is no such team")
    world.people.down_for = "import_batch"
    world.work_off()
    world.people.down = None
    failed = world.get(import_id)
    assert (failed["phase"], failed["problem"]["code"]) == ("mapping", "unknown_team")
    world.service.check_import(world.admin, import_id)
    world.work_off()
    checked = world.get(import_id)
    assert (checked["phase"], checked["problem"]) == ("checked", None)
    assert nonzero(checked["counts"]) == {"created": 3}


def test_what_was_checked_and_is_not_possible_any_more_is_not_started(world: World) -> None:
    world.people.allow_duplicates = True
    checked = world.checked(CLEAN, policy="create")
    world.people.allow_duplicates = False
    with pytest.raises(Invalid) as refused:
        world.service.start_import(world.admin, checked["id"], idempotency={"key": "k", "hash": "h"})
    assert refused.value.payload["errors"][0]["code"] == "duplicates_not_allowed"
    assert world.get(checked["id"])["phase"] == "checked"
    world.people.allow_duplicates = True
    world.service.start_import(world.admin, checked["id"], idempotency={"key": "k", "hash": "h"})
    world.people.allow_duplicates = False
    again = world.service.start_import(world.admin, checked["id"], idempotency={"key": "k", "hash": "h"})
    assert (again["replayed"], again["import"]["phase"]) == (True, "running")


def test_what_its_creator_may_not_cannot_be_checked_by_anybody(world: World) -> None:
    import_id = world.ready(CLEAN, scope=world.agent("ana", "north"))
    with pytest.raises(Forbidden, match="administrators_only"):
        world.service.check_import(world.admin, import_id, {"unknown_options": "create"})
    world.deactivate("ana")
    with pytest.raises(Forbidden, match="imports_forbidden"):
        world.service.check_import(world.admin, import_id)
    assert world.get(import_id)["phase"] == "mapping"
