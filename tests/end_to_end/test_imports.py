"""Files in and out through all processes: uploaded over HTTP, read by a child, written by the workers."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import xlsxwriter

from tests.support.api import Api, Company, a_mobile
from tests.support.importing import (
    IMPORTS,
    Json,
    as_csv,
    check,
    exported,
    finish,
    in_phase,
    lines,
    named,
    outcomes,
    start,
    told,
    upload,
)

SETTINGS = "/v1/settings/customers"
HEADER = ("Nome", "E-mail", "Celular", "Etiquetas", "Obs")
Row = Sequence[object]


def as_xlsx(*rows: Row) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Clientes")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


@contextmanager
def agents_import(admin: Api) -> Iterator[None]:
    _set(admin, agents_may_import=True)
    try:
        yield
    finally:
        _set(admin, agents_may_import=False)


def _set(admin: Api, **settings: bool) -> None:
    etag = admin.get(SETTINGS).headers["etag"]
    admin.patch(SETTINGS, settings, If_Match=etag).raise_for_status()


def of_team(api: Api, team: str) -> dict[str, Json]:
    """By name."""
    asked = {"filter": {"field": "teams", "op": "any_of", "value": [team]}, "limit": 200}
    found = api.post("/v1/customers/search", asked).raise_for_status().json()["data"]
    return {customer["name"]: customer for customer in found}


def _four_rows(mailbox: str) -> list[Row]:
    """A new customer, twice; one who is there; one whose number a spreadsheet has damaged."""
    line = a_mobile()
    national = f"({line[3:5]}) {line[5:10]}-{line[10:]}"
    return [
        ("Ana Souza", mailbox, line, "vip", "x"),
        ("Souza, Ana", None, national, "lead", None),
        ("Rui Alves", f"RUI.{mailbox}", None, "lead", None),
        ("Zoé", None, "5,51199E+12", None, None),
    ]


@pytest.mark.parametrize(("as_file", "name"), [(as_csv, "clientes.csv"), (as_xlsx, "clientes.xlsx")])
def test_a_file_becomes_customers_and_is_taken_back(
    company: Company, as_file: Callable[..., bytes], name: str
):
    admin, team = company.admin, company.team()
    mailbox = f"ana.{secrets.token_hex(4)}@example.com"
    there = admin.created("/v1/customers", {"name": "Rui", "email": f"rui.{mailbox}", "teams": [team]})
    run = upload(admin, as_file(HEADER, *_four_rows(mailbox)), name)
    targets = [column["to"] for column in run["suggested_mapping"]["columns"]]
    assert (targets, run["suggested_mapping"]["complete"]) == (["name", "email", "phone", "tags", None], True)

    options = {"policy": "merge", "teams": [team]}
    checked = check(admin, run, **options)
    counts = {"created": 1, "merged": 2, "refused": 1}
    assert named(checked["counts"], counts) == counts
    assert of_team(admin, team).keys() == {"Rui"}
    start(admin, run, **options)
    done = in_phase(admin, run, "finished")
    assert (done["status"], done["counts"]) == ("partially_failed", checked["counts"])
    assert outcomes(admin, run) == {
        2: ("created", None),
        3: ("merged", None),
        4: ("merged", None),
        5: ("refused", "damaged_number"),
    }
    made = of_team(admin, team)
    assert {name: set(each["tags"]) for name, each in made.items()} == {
        "Ana Souza": {"vip", "lead"},
        "Rui": {"lead"},
    }
    [refused] = lines(admin.get(f"{IMPORTS}/{run['id']}/refused.csv").raise_for_status().content)
    assert (refused["Nome"], refused["Celular"]) == ("Zoé", "5,51199E+12")

    told(admin, run, "undo")
    in_phase(admin, run, "undone")
    left = of_team(admin, team)
    assert {name: (each["id"], each["tags"]) for name, each in left.items()} == {"Rui": (there["id"], [])}


def test_refused_rows_come_in_once_they_are_mended(company: Company):
    admin, team = company.admin, company.team()
    options = {"policy": "merge", "teams": [team]}
    damaged = ("Ana", None, "5,51199E+12", None, None)
    run = upload(admin, as_csv(HEADER, damaged, ("Rui", None, None, None, None)))
    finish(admin, run, **options)
    refused = admin.get(f"{IMPORTS}/{run['id']}/refused.csv").raise_for_status().content.decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(refused))
    rows[0][header.index("Celular")] = a_mobile()
    again = finish(admin, upload(admin, as_csv(header, *rows), "refused.csv"), **options)
    assert named(again["counts"], ["created"]) == {"created": 1}
    assert of_team(admin, team).keys() == {"Ana", "Rui"}


def test_what_was_exported_comes_back_without_a_change(company: Company):
    team = company.team()
    agent = company.agent(team)
    people = [
        {"name": "=SUM(A1) Ltda.", "phone": a_mobile(), "tags": ["a, b", "'quoted"]},
        {"name": "'Zoé'", "email": f"zoe.{secrets.token_hex(4)}@example.com", "whatsapp": a_mobile()},
    ]
    ids = [agent.created("/v1/customers", person)["id"] for person in people]
    before = [agent.get(f"/v1/customers/{each}").json() for each in ids]
    content = exported(company.admin, format="csv", ids=ids)
    assert {row["ID"] for row in lines(content)} == set(ids)
    again = finish(company.admin, upload(company.admin, content, "export.csv"), policy="update")
    assert named(again["counts"], ["unchanged"]) == {"unchanged": 2}
    assert [agent.get(f"/v1/customers/{each}").json() for each in ids] == before


def test_a_cancelled_import_has_written_nothing(company: Company):
    admin, team = company.admin, company.team()
    run = upload(admin, as_csv(HEADER, ("Ana", None, None, None, None)))
    check(admin, run, teams=[team])
    assert told(admin, run, "cancel")["status"] == "cancelled"
    late = admin.post(f"{IMPORTS}/{run['id']}/start", {"teams": [team]})
    assert (late.status_code, of_team(admin, team)) == (409, {})


def test_agents_import_if_they_may_and_nobody_sees_what_others_import(company: Company):
    team = company.team()
    agent, colleague = company.agent(team), company.agent(team)
    content = as_csv(HEADER, ("Ana", f"ana.{secrets.token_hex(4)}@example.com", None, None, None))
    refused = agent.http.post(IMPORTS, files={"file": ("people.csv", content)})
    assert (refused.status_code, refused.json()["code"]) == (403, "imports_forbidden")
    with agents_import(company.admin):
        run = finish(agent, upload(agent, content))
        assert named(run["counts"], ["created"]) == {"created": 1}
        assert of_team(agent, team).keys() == {"Ana"}
        for path in ("", "/rows", "/rows/2", "/refused.csv", "/file", "/events"):
            assert colleague.get(f"{IMPORTS}/{run['id']}{path}").status_code == 404
        assert (colleague.every(IMPORTS), [each["id"] for each in agent.every(IMPORTS)]) == ([], [run["id"]])
        assert colleague.post(f"{IMPORTS}/{run['id']}/undo").status_code == 404
