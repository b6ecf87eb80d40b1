"""JSON as it crosses our borders: orjson, plain types, and strict about what comes from outside.

orjson itself refuses NaN, infinities, invalid UTF-8, lone surrogates and trailing commas. What it
lets through and PostgreSQL or a recursive validator would choke on is refused here: NUL
characters and deep nesting. Both checks look at the raw bytes first, so that ordinary
documents pay for two byte searches and nothing else.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

MAX_DEPTH: Final = 32


class UnsafeJson(ValueError):
    """Not JSON that we accept. `code` is stable; the message never quotes the document."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def dumps(value: Any) -> bytes:
    """Plain JSON types only; anything else raises TypeError. Dates are not guessed at: spell them first."""
    return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS)


def loads(raw: bytes | bytearray | memoryview | str) -> Any:
    """For documents that we wrote ourselves. Raises MemoryError where there is not enough for them."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if "memory" in error.msg:  # orjson has no other error for it
            raise MemoryError from None
        raise


def loads_strict(raw: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """For documents from outside. Raises UnsafeJson: `not_json`, `too_deep` or `nul_character`."""
    openings = raw.count(b"[") + raw.count(b"{")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if "depth" in error.msg:
            raise UnsafeJson("too_deep", f"nested deeper than {max_depth}") from None
        raise UnsafeJson("not_json", f"not JSON, at byte {error.pos}") from None
    if openings > max_depth and _deeper_than(value, max_depth):
        raise UnsafeJson("too_deep", f"nested deeper than {max_depth}")
    # The bytes may also spell a harmless "\\u0000" (an escaped backslash): only then look closely.
    if b"\\u0000" in raw and _has_nul(value):
        raise UnsafeJson("nul_character", "text contains U+0000")
    return value


def _deeper_than(value: Any, limit: int) -> bool:
    """Level by level, so that no document can exhaust the stack."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def _has_nul(value: Any) -> bool:
    todo = [value]
    while todo:
        current = todo.pop()
        if isinstance(current, str):
            if "\x00" in current:
                return True
        elif isinstance(current, dict):
            todo.extend(current.keys())
            todo.extend(current.values())
        elif isinstance(current, list):
            todo.extend(current)
    return False
