"""Refusals about files: bodies that are no upload, imports and exports of others, steps out of turn."""

from __future__ import annotations

from collections.abc import Iterator

from tests.security.door import Request
from tests.security.file_requests import exports_of_others, imports_of_others
from tests.security.known import World

_TYPE = {"Content-Type": "multipart/form-data; boundary=xyz"}
_HEAD = b'--xyz\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n'
_END = b"\r\n--xyz--\r\n"


def damaged_uploads(sample: Request) -> Iterator[tuple[str, Request]]:
    one = _HEAD % (b"file", b"a.csv") + b"Name"
    for raw in (
        b"",
        b"Name\r\nAna",
        b"--xyz--\r\n",
        one,
        _HEAD % (b"file", b"") + b"Name" + _END,
        _HEAD % (b"file", b"../") + b"Name" + _END,
        _HEAD % (b"data", b"a.csv") + b"Name" + _END,
        one + b"\r\n" + one + _END,
        one + b'\r\n--xyz\r\nContent-Disposition: form-data; name="policy"\r\n\r\nmerge' + _END,
    ):
        yield "no upload", sample.but(raw=raw, headers=_TYPE)
    for kind in ("text/csv", "application/json", "multipart/form-data", "multipart/mixed; boundary=xyz"):
        yield "content type", sample.but(headers={"Content-Type": kind})


def files_of_others(world: World) -> Iterator[Request]:
    for play in (imports_of_others, exports_of_others):
        yield from (request for request in play(world, None) if request.path)  # type: ignore[arg-type]


def files_against_rules(world: World) -> Iterator[Request]:
    """By an administrator, on an import that is over."""
    there = {"import_id": world.imported}
    columns = [{"column": "Name", "to": "name"}]
    yield Request("set_import_mapping", there, body={"columns": columns})
    yield Request("check_import", there, body={})
    yield Request("start_import", there, body={})
    yield Request("decide_import_row", {**there, "row": "2"}, body={"skip": True})
    yield Request("get_import_row", {**there, "row": "999"})
    for wrong in (["phone", "phone"], ["never_defined"], ["custom.never_defined"]):
        yield Request("create_export", body={"format": "csv", "columns": wrong})
    yield Request(
        "create_export", body={"format": "csv", "filter": {"field": "nothing", "op": "eq", "value": 1}}
    )
    body = {"name": "Own", "mapping": {"columns": [{"column": "Name", "to": "nowhere"}]}}
    yield Request("create_import_mapping", body=body)


def stale_files(world: World, headers: dict[str, str]) -> Iterator[Request]:
    mapping = {"mapping_id": world.mapping}
    yield Request("update_import_mapping", mapping, body={"name": "Other"}, headers=headers)
    yield Request("delete_import_mapping", mapping, headers=headers)
