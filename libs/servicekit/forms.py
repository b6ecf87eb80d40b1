"""Reading what somebody typed: JSON in, checked values or one Invalid that names all that is wrong out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from servicekit.problems import Problems, escaped

# Controls (NUL among them), lone surrogates and noncharacters belong to no text; some cannot be stored.
_CONTROLS: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_NOT_IN_TEXT: Final = re.compile(f"[{_CONTROLS}]")
_NOT_IN_LINE: Final = re.compile(f"[{_CONTROLS}\t\n\u2028\u2029]")


class Wrong(ValueError):
    """One value that its property cannot have. `detail` never repeats the value."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def read_form(data: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The value of each property that was given. Raises Invalid; a property without a reader is wrong."""
    problems, values = Problems(), {}
    for key, given in data.items():
        try:
            values[key] = readers.get(key, _unknown)(given)
        except Wrong as wrong:
            problems.add(f"/{escaped(key)}", wrong.code, wrong.detail)
    problems.raise_if_any()
    return values


def read_text(value: Any, *, longest: int, lines: bool = False) -> str:
    """A text that says something, trimmed. With `lines` it may have several, and tabs. Raises Wrong."""
    if not isinstance(value, str | None):
        raise Wrong("invalid_type", "a text is expected")
    text = (value or "").replace("\r\n", "\n").strip()
    if not text:
        raise Wrong("required", "a text is needed")
    if len(text) > longest:
        raise Wrong("too_long", f"at most {longest} characters")
    if (_NOT_IN_TEXT if lines else _NOT_IN_LINE).search(text):
        raise Wrong("invalid_characters", "control characters are not allowed")
    return text


def read_flag(value: Any) -> bool:
    """True or false. Raises Wrong."""
    if type(value) is not bool:
        raise Wrong("invalid_type", "true or false is expected")
    return value


def _unknown(value: Any) -> Any:
    raise Wrong("unknown_property", "there is no such field")
