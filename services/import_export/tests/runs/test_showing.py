"""What is shown of imports and their rows, however long that is which is in the file."""

from __future__ import annotations

import pytest

from services.import_export.runs import queries
from services.import_export.tests.runs.test_importing import CLEAN
from services.import_export.tests.runs.world import World


def test_long_cells_are_cut_where_many_are_shown(world: World) -> None:
    notes, tiny = "ã" * 5_000, "short"
    import_id = world.checked(f"Name,Notes,Empty\nAna,{notes},\nBia,{tiny},\n")["id"]
    ana, bia = world.results(import_id)
    assert ana["cells"] == {"Name": "Ana", "Notes": "ã" * 1_000 + "…", "Empty": None}
    assert bia["cells"]["Notes"] == tiny
    assert world.get(import_id)["samples"]["created"][0]["cells"]["Notes"] == "ã" * 200 + "…"
    assert world.service.get_row(world.admin, import_id, 2)["row"]["cells"]["Notes"] == notes


def test_a_page_of_rows_has_as_many_as_fit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"P{n},{'x' * 900}\n" for n in range(5))
    import_id = world.checked(f"Name,Notes\n{rows}")["id"]
    monkeypatch.setattr(queries, "_PAGE_BYTES", 2_500)
    pages, cursor = [], None
    while not pages or cursor:
        page = world.service.list_rows(world.admin, import_id, limit=4, cursor=cursor)
        cursor = page["next"]
        pages.append([row["n"] for row in page["data"]])
    assert pages == [[2, 3], [4, 5], [6]]
    monkeypatch.setattr(queries, "_PAGE_BYTES", 10)
    assert len(world.service.list_rows(world.admin, import_id)["data"]) == 1


def test_a_list_has_nothing_of_what_is_in_the_files(world: World) -> None:
    import_id = world.checked(CLEAN)["id"]
    (listed,) = world.service.list_imports(world.admin)["data"]
    whole = world.get(import_id)
    assert listed == {name: whole[name] for name in listed}
    in_files = {"detected", "suggested_mapping", "mapping", "issues", "unknown_options", "samples"}
    assert whole.keys() - listed.keys() == {*in_files, "same_file", "undo"}
