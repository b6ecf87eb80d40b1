"""What is let in from outside, and what is not."""

from __future__ import annotations

import pytest

from servicekit import jsonio


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"NaN", "not_json"),
        (b"[Infinity]", "not_json"),
        (b"1e400", "not_json"),
        (b'"\xff"', "not_json"),
        (b'"\\ud800"', "not_json"),
        (b'"\x00"', "not_json"),
        (b"[1,]", "not_json"),
        (b"[" * 33 + b"]" * 33, "too_deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "too_deep"),
        (b"[" * 200_000 + b"]" * 200_000, "too_deep"),
        (b'["a\\u0000"]', "nul_character"),
        (b'{"a\\u0000b": 1}', "nul_character"),
        (b'{"a": [{"b": "\\u0000"}]}', "nul_character"),
    ],
)
def test_what_we_could_not_store_or_walk_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(jsonio.UnsafeJson) as caught:
        jsonio.loads_strict(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 32 + b"]" * 32,
        b"[" + b",".join([b"[{}]"] * 500) + b"]",
        b'"\\\\u0000 is only its spelling"',
        '"naïve 🎉"'.encode(),
    ],
)
def test_ordinary_documents_pass(raw: bytes) -> None:
    assert jsonio.loads_strict(raw) == jsonio.loads(raw)


def test_dates_are_not_guessed_at() -> None:
    from servicekit.clock import utc_now

    with pytest.raises(TypeError):
        jsonio.dumps({"at": utc_now()})


def test_errors_quote_nothing_of_the_document() -> None:
    with pytest.raises(jsonio.UnsafeJson) as caught:
        jsonio.loads_strict(b'{"phone": "+5511999887766" oops')
    assert "5511" not in str(caught.value)
