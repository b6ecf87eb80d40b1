"""Gathers everything wrong with an input, so that one answer names it all."""

from __future__ import annotations

from servicekit.errors import Invalid


class Problems:
    """A list of `{pointer, code, detail}` that becomes one Invalid."""

    def __init__(self) -> None:
        self._errors: list[dict[str, str]] = []

    def add(self, pointer: str, code: str, detail: str) -> None:
        self._errors.append({"pointer": pointer, "code": code, "detail": detail})

    def raise_if_any(self) -> None:
        if self._errors:
            raise Invalid("invalid", {"errors": self._errors})


def escaped(token: str) -> str:
    """One token of an RFC 6901 pointer."""
    return token.replace("~", "~0").replace("/", "~1")
