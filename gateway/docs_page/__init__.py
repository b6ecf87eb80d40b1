"""The page at /docs: small static files of our own that render /v1/openapi.json, with nothing from a CDN."""

from __future__ import annotations

from pathlib import Path

from gateway.answers import Answer

_TYPES = {"index.html": b"text/html; charset=utf-8", "docs.js": b"text/javascript", "docs.css": b"text/css"}
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"
)


def bundled_pages() -> dict[str, Answer]:
    """Each file as a finished answer, by its name."""
    folder = Path(__file__).parent
    return {
        name: Answer(
            200,
            (folder / name).read_bytes(),
            [(b"content-type", kind), (b"content-security-policy", _POLICY)],
        )
        for name, kind in _TYPES.items()
    }
