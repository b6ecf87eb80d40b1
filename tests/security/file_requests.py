"""Files in and out as questions: neither rows nor a file must tell of whom one may not see."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Generator
from random import Random
from typing import Any
from uuid import uuid4

from tests.security.customer_requests import Play
from tests.security.door import Answer, Request
from tests.security.known import World
from tests.security.people import TYPED, People

UNDER_WAY = ("queued", "running")
_BOUNDARY = "never-in-a-file"
_HEADER = ("id", "Name", "Phone", "Tags")


def upload(content: bytes, *, name: str = "people.csv") -> Request:
    """As a browser sends a file."""
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    raw = head.encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
    return Request("create_import", raw=raw, headers=headers)


def csv_of(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def settled(request: Request) -> Generator[Request, Answer, Answer]:
    """Asks until what it shows is over, or waits for somebody."""
    answer = yield request
    while answer.status == 200 and answer.json()["status"] in UNDER_WAY:
        time.sleep(0.05)
        answer = yield request
    return answer


def of(operation: str, import_id: str, **more: Any) -> Request:
    return Request(operation, {"import_id": import_id}, **more)


def import_people(world: World, rng: Random) -> Play:
    """Rows about customers of every kind, by id and by phone: checked, written, looked at, taken back."""
    made = yield upload(csv_of(_HEADER, *_rows(world, rng)))
    if made.status != 202:
        return
    there = made.json()["id"]
    yield from settled(of("get_import", there))
    options = {"policy": rng.choice(("skip", "merge", "update")), "tags": ["fair"]}
    options |= {"teams": [world.teams["1"]]} if rng.random() < 0.8 else {}
    yield of("check_import", there, body=options)
    checked = yield from settled(of("get_import", there))
    yield of("list_import_rows", there, query={"limit": 200})
    if checked.json().get("phase") != "checked":
        return
    yield of("start_import", there, body=options)
    yield from settled(of("get_import", there))
    yield from _looked_at(there, rng)
    yield of("undo_import", there)
    yield from settled(of("get_import", there))
    yield of("list_import_rows", there, query={"limit": 200})


def imports_of_others(world: World, rng: Random) -> Play:
    """Everything that can be asked of an import that is the administrator's, or was never there."""
    for import_id in (world.imported, str(uuid4())):
        for operation in (
            "get_import",
            "list_import_rows",
            "get_refused_csv",
            "get_refused_xlsx",
            "get_import_file",
            "stream_import_events",
            "cancel_import",
            "undo_import",
        ):
            yield of(operation, import_id)
        for operation in ("check_import", "start_import"):
            yield of(operation, import_id, body={"policy": "skip"})
        yield of("set_import_mapping", import_id, body={"columns": [{"column": "Name", "to": "name"}]})
        yield Request("get_import_row", {"import_id": import_id, "row": "2"})
    yield Request("list_imports")


def export_each(world: World, rng: Random) -> Play:
    """Customers of every kind: named, and found."""
    ids = [customer_id for _, customer_id in world.one_of_each(rng)]
    for selection in (
        {"ids": ids},
        {"all": True, "except": ids[:3]},
        {"q": rng.choice(("maria", "vip", "silva"))},
    ):
        body = {"format": rng.choice(("csv", "json")), "selection": selection}
        if rng.random() < 0.3:
            body["columns"] = ["id", "name", "phone"]
        yield from exported(body)
    yield Request("list_exports", query={"limit": 200})


def exported(body: dict[str, Any]) -> Play:
    """An export from the wish to the file."""
    made = yield Request("create_export", body=body)
    if made.status != 202:
        return
    there = {"export_id": made.json()["id"]}
    yield from settled(Request("get_export", there))
    for operation in ("get_export_file", "stream_export_events", "cancel_export"):
        yield Request(operation, there)


def exports_of_others(world: World, rng: Random) -> Play:
    for export_id in (world.exported, str(uuid4())):
        for operation in ("get_export", "get_export_file", "stream_export_events", "cancel_export"):
            yield Request(operation, {"export_id": export_id})


def mappings(world: World, rng: Random) -> Play:
    body = {
        "name": f"Mapping {rng.getrandbits(40):x}",
        "mapping": {"columns": [{"column": "A", "to": "name"}]},
    }
    made = yield Request("create_import_mapping", body=body)
    known = [world.mapping, str(uuid4()), *([made.json()["id"]] if made.status == 201 else [])]
    for there in ({"mapping_id": mapping} for mapping in known):
        yield Request("get_import_mapping", there)
        yield Request("update_import_mapping", there, body={"shared": rng.random() < 0.5})
        yield Request("delete_import_mapping", there)
    yield Request("list_import_mappings")


def _rows(world: World, rng: Random) -> list[tuple[str, ...]]:
    """By id: anybody. By phone: their own, and numbers like those of the hidden, which nobody has."""
    people = People(rng, TYPED)
    by_id = [(each, people.name(), "", "") for _, each in world.one_of_each(rng)]
    own = [("", people.name(), world.phones.get(world.some("own", rng), ""), "vip") for _ in range(2)]
    fresh = [("", people.name(), world.phone_of_hidden(rng), "new"), ("", people.name(), people.phone(), "")]
    wrong = [
        ("", "", people.phone(), ""),
        ("", people.name(), "twelve", ""),
        ("no id", people.name(), "", ""),
    ]
    rows = [*by_id, *own, *fresh, fresh[-1], *wrong]
    rng.shuffle(rows)
    return rows


def _looked_at(there: str, rng: Random) -> Play:
    first = yield of("list_import_rows", there, query={"limit": 5})
    if first.next_cursor:
        yield of("list_import_rows", there, query={"limit": 200, "cursor": first.next_cursor})
    for result in ("refused", "needs_review", "drifted"):
        yield of("list_import_rows", there, query={"result": result})
    yield Request("get_import_row", {"import_id": there, "row": str(rng.randrange(2, 9))})
    for operation in ("get_refused_csv", "get_import_file", "stream_import_events"):
        yield of(operation, there)
    yield Request("list_imports", query={"limit": 200})
