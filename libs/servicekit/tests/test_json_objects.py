"""JSON of any length, an object at a time."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit import json_objects
from servicekit.confined.refused import FileRefused
from servicekit.json_objects import Pairs, objects_in, values_in

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def plain(value: Any) -> Any:
    if isinstance(value, Pairs):
        return {key: plain(each) for key, each in value}
    return [plain(each) for each in value] if isinstance(value, list) else value


@given(st.lists(values, max_size=6), st.integers(1, 9), st.booleans(), st.booleans())
def test_whatever_was_written_is_read(written: list[Any], block: int, array: bool, ascii: bool):
    """Also where a block of the file ends in the middle of a number or a letter."""
    lines = [json.dumps(value, ensure_ascii=ascii).encode("utf-8", "replace") for value in written]
    expected = [json.loads(line) for line in lines]
    content = b"[" + b",\n".join(lines) + b"]" if array or lines[:1] == [b"["] else b"\n".join(lines)
    if not array and content.lstrip()[:1] == b"[":
        return  # the first line would be taken for an array of all
    whole, json_objects._BLOCK = json_objects._BLOCK, block
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "values.json"
            path.write_bytes(content)
            assert [plain(value) for value in values_in(path)] == expected
    finally:
        json_objects._BLOCK = whole


def test_keys_that_come_twice_are_both_there(tmp_path: Path):
    (tmp_path / "x").write_bytes(b'[{"a": 1, "a": 2}]')
    assert list(objects_in(tmp_path / "x")) == [[("a", 1), ("a", 2)]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[1]", "not_an_array"),
        (b"x", "not_an_array"),
        (b'[{"a": 1}', "broken_json"),
        (b'[{"a": 1} {"a": 2}]', "broken_json"),
        (b'[{"a": ' + b"1" * 5_000 + b"}]", "broken_json"),
        (b'[{"a": NaN}]', "json_not_a_number"),
        (b'[{"a": "\xff"}]', "invalid_encoding"),
        (b'{"a":' * 50_000, "json_too_deep"),
    ],
)
def test_what_is_no_array_of_objects_is_refused(tmp_path: Path, content: bytes, code: str):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        list(objects_in(tmp_path / "x"))
    assert refused.value.code == code


def test_an_object_may_not_be_longer_than_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_objects, "LINE_BYTES", 100)
    monkeypatch.setattr(json_objects, "_BLOCK", 50)
    (tmp_path / "x").write_bytes(b'{"a": "' + b"x" * 1_000 + b'"}')
    with pytest.raises(FileRefused):
        list(objects_in(tmp_path / "x"))
