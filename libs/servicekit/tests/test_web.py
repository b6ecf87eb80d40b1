"""What counts as an address on the web."""

from __future__ import annotations

import pytest

from servicekit.web import is_web_address


@pytest.mark.parametrize(
    "text", ["https://example.com", "http://example.com:8080/a?b=c#d", "https://exämple.org"]
)
def test_it_is_one(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://",
        "https://example.com:port",
        "https://[",
        "https://ana:secret@example.com",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com/\x00",
        "https://example.com/\ud800",
    ],
)
def test_it_is_none(text: str) -> None:
    assert not is_web_address(text)
