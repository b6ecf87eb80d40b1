"""What is in a file is in its copy by columns, whatever is wrong with some of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.confined.refused import FileRefused
from servicekit.ids import new_id
from services.reports.tests.uploads.files import Upload
from services.reports.uploads.reading import gathering, limits, rows

ANA, BO = str(new_id()), str(new_id())


def refused(folder: Path, content: bytes) -> str:
    with pytest.raises(FileRefused) as error:
        Upload(folder, content)
    return error.value.code


def test_an_export_is_read_as_it_was_written(tmp_path: Path):
    upload = Upload(
        tmp_path,
        [
            {"id": ANA, "custom.plan": "Pro", "custom.value": 1.5, "tags": ["VIP", "new"], "custom.ok": True},
            {"id": BO, "custom.plan": None, "custom.value": 2, "tags": None, "custom.ok": False},
        ],
    )
    assert upload.rows == 2
    assert upload.cells("custom.plan") == ["Pro", None]
    assert upload.cells("custom.value") == [1.5, 2]
    assert upload.cells("tags") == [["VIP", "new"], []]
    assert upload.cells("custom.ok") == [True, False]
    types = {each["field"]: (each["type"], each["several"]) for each in upload.read["columns"]}
    assert types == {
        "id": ("text", False),
        "custom.plan": ("text", False),
        "custom.value": ("number", False),
        "tags": ("list", True),
        "custom.ok": ("boolean", False),
    }
    assert upload.column("tags") == {
        "field": "tags",
        "label": "tags",
        "type": "list",
        "several": True,
        "contact": False,
        "samples": ["VIP", "new"],
        "filled": 1,
        "distinct": 2,
    }
    assert upload.problems == {}


@pytest.mark.parametrize(
    "content",
    [
        b'[{"a": 1},{"a": 2}]',
        b'\xef\xbb\xbf[\n{"a": 1},\r\n{"a": 2}\n]\n',
        b'{"a": 1}\n{"a": 2}',
        b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}\r\n',
    ],
)
def test_arrays_and_lines_are_the_same(tmp_path: Path, content: bytes):
    assert Upload(tmp_path, content).cells("a") == [1, 2]


@pytest.mark.parametrize("content", [b"[]", b"[\n\n]\n", b"", b"\n"])
def test_a_file_may_have_no_rows(tmp_path: Path, content: bytes):
    upload = Upload(tmp_path, content)
    assert (upload.rows, upload.read["columns"]) == (0, [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'[{"a": 1}', "broken_json"),
        (b'[{"a": 1},', "broken_json"),
        (b'[{"a": "x', "broken_json"),
        (b'{"a": 1}\n{"a": ', "broken_json"),
        (b'[{"a": 1}] x', "broken_json"),
        (b'[{"a": 1,}]', "broken_json"),
        (b"name;email\nAna;x", "broken_json"),
        (b'[{"a": NaN}]', "json_not_a_number"),
        (b'[{"a": -Infinity}]', "json_not_a_number"),
        (b'[{"a": 1e999}]', "json_not_a_number"),
        (b'[{"a": "\xe9"}]', "invalid_encoding"),
        (b"[" * 100_000, "json_too_deep"),
        (b'[{"a":' + b"[" * 100_000, "json_too_deep"),
        (b'{"a":' * 100_000, "json_too_deep"),
        (b'"text"', "not_an_array"),
        (b"[1, 2, null]", "not_an_array"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_reason(tmp_path: Path, content: bytes, code: str):
    assert refused(tmp_path, content) == code


def test_what_is_no_object_is_told_and_left_out(tmp_path: Path):
    upload = Upload(tmp_path, b'[{"a": 1}, 12, "x", null, [1], {"a": 2}]')
    assert upload.cells("a") == [1, 2]
    assert upload.problems == {("not_an_object", None): (4, [2, 3, 4, 5])}


def test_of_one_id_the_first_row_counts(tmp_path: Path):
    shouted = ANA.upper()
    upload = Upload(
        tmp_path, [{"id": ANA, "a": 1}, {"id": BO, "a": 2}, {"a": 3}, {"id": shouted, "a": 4}, {"a": 3}]
    )
    assert upload.cells("a") == [1, 2, 3, 3]
    assert upload.problems == {("repeated_id", "id"): (1, [4])}
    assert upload.column("a")["distinct"] == 3
    assert upload.copy.with_id().tolist() == [0, 1]


def test_ids_that_are_none_of_ours_name_nobody_and_are_told_apart(tmp_path: Path):
    upload = Upload(tmp_path, [{"id": 17}, {"id": "17"}, {"id": "x"}, {"id": "x"}, {"id": " "}, {"id": ""}])
    ids = upload.copy.ids()
    assert (upload.rows, len(set(zip(*[iter(ids)] * 16, strict=True)))) == (5, 3)
    assert {ids[at + 6] >> 4 for at in range(0, len(ids), 16)} == {15}


def test_values_that_are_no_values_are_left_out_and_told(tmp_path: Path):
    upload = Upload(tmp_path, [{"a": {"b": 1}}, {"a": [["x"]]}, {"a": ["x", None, "", "x", " "]}, {"a": "y"}])
    assert upload.cells("a") == [[], [], ["x"], ["y"]]
    assert upload.problems == {("nested_value", "a"): (2, [1, 2])}


def test_a_column_of_several_types_is_text(tmp_path: Path):
    upload = Upload(tmp_path, [{"a": 5}, {"a": "5"}, {"a": True}, {"a": "x"}, {"a": 1.5}])
    assert upload.cells("a") == ["5", "5", "true", "x", "1.5"]
    assert (upload.column("a")["type"], upload.column("a")["distinct"]) == ("text", 4)
    assert upload.problems == {("mixed_types", "a"): (3, [1, 3, 5])}


def test_truth_and_one_are_two_values(tmp_path: Path):
    upload = Upload(tmp_path, [{"a": True, "b": 1}, {"a": False, "b": 0}, {"a": True, "b": 1.0}])
    assert [type(cell) for cell in upload.cells("a")] == [bool] * 3
    assert upload.cells("b") == [1, 0, 1]
    assert upload.column("b")["distinct"] == 2


def test_numbers_that_json_readers_differ_about(tmp_path: Path):
    upload = Upload(tmp_path, b'[{"a": 100000000000000000000000, "b": -0.0, "c": 12.50, "d": 1e2}]')
    assert upload.cells("a") == ["1" + "0" * 23]
    assert (upload.cells("b"), upload.cells("c"), upload.cells("d")) == ([0], [12.5], [100])


def test_of_a_repeated_key_the_last_one_counts(tmp_path: Path):
    upload = Upload(tmp_path, b'[{"a": 1, "a": 2}, {"a": 3}]')
    assert upload.cells("a") == [2, 3]
    assert upload.problems == {("repeated_key", None): (1, [1])}


def test_what_is_no_text_is_replaced_and_told(tmp_path: Path):
    upload = Upload(tmp_path, b'[{"a": "x\\u0000y"}, {"a": "\\ud800"}, {"a": "\\ud83d\\ude00"}]')
    assert upload.cells("a") == ["x�y", "�", "😀"]
    assert upload.problems == {("invalid_characters", "a"): (2, [1, 2])}


def test_keys_that_no_column_can_have_are_left_out(tmp_path: Path):
    upload = Upload(tmp_path, [{"": 1, "  ": 2, "x" * 201: 3, "nul\0": 4, "a": 5}])
    assert [each["field"] for each in upload.read["columns"]] == ["a"]
    assert upload.problems == {("unusable_key", None): (4, [1])}


@pytest.mark.parametrize(
    ("values", "type"),
    [
        (["2025-01-31", "2024-02-29"], "date"),
        (["2025-01-31", "2025-02-30"], "text"),
        (["2025-01-31", "soon"], "text"),
        (["2025-01-31T10:00:00Z", "2025-01-31T10:00:00.5+02:00"], "datetime"),
        (["2025-01-31T25:00:00Z", "2025-01-31T10:00:00Z"], "text"),
        (["20250131", "20250131"], "text"),
    ],
)
def test_texts_that_all_look_like_dates_are_dates(tmp_path: Path, values: list[str], type: str):
    assert Upload(tmp_path, [{"a": value} for value in values]).column("a")["type"] == type


def test_a_field_that_is_known_is_what_it_is_in_the_system(tmp_path: Path):
    live = {
        "custom.text": {"label": "Notes", "type": "text"},
        "custom.several": {"label": "Several", "type": "multiselect"},
        "custom.number": {"label": "Number", "type": "number"},
        "custom.day": {"label": "Day", "type": "date"},
    }
    row = {"custom.text": "2025-01-31", "custom.several": None, "custom.number": None, "custom.day": None}
    upload = Upload(tmp_path, [row], live)
    told = {each["label"]: each["type"] for each in upload.read["columns"]}
    assert told == {"Notes": "text", "Several": "list", "Number": "number", "Day": "date"}


def test_samples_are_short(tmp_path: Path):
    upload = Upload(tmp_path, [{"a": "x" * 300}, *({"a": str(n)} for n in range(9))])
    assert upload.column("a")["samples"] == ["x" * 200 + "…", "0", "1", "2", "3"]
    assert upload.cells("a")[0] == "x" * 300


def test_too_many_rows_and_keys_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys = orjson.dumps([{f"k{n}": 1 for n in range(limits.COLUMNS + 1)}])
    assert refused(tmp_path, keys) == "too_many_columns"
    monkeypatch.setattr(rows, "ROWS", 2)
    assert refused(tmp_path, b"{}\n{}\n{}") == "too_many_rows"


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
)


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), scalars | st.lists(scalars, max_size=3)), max_size=30),
    st.integers(1, 10),
)
def test_any_rows_are_in_the_copy(rows: list[dict[str, Any]], stretch: int):
    """Whatever the stretches are in which they were numbered."""
    whole, gathering.STRETCH_CELLS = gathering.STRETCH_CELLS, stretch
    try:
        with tempfile.TemporaryDirectory() as folder:
            upload = Upload(Path(folder), rows)
    finally:
        gathering.STRETCH_CELLS = whole
    assert upload.rows == len(rows)
    for column in upload.read["columns"]:
        given = [row.get(column["field"]) for row in rows]
        expected = [expected_cell(value, column) for value in given]
        assert upload.cells(column["field"]) == expected
        assert column["filled"] == sum(cell not in (None, []) for cell in expected)


def expected_cell(value: Any, column: dict[str, Any]) -> Any:
    if column["several"]:
        cells = [as_text(each) for each in (value if isinstance(value, list) else [value]) if not blank(each)]
        return list(dict.fromkeys(cells))
    if blank(value):
        return None
    return as_text(value) if column["type"] == "text" else value


def blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2.0**53:
        value = int(value)
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
