"""ETag, If-Match and If-None-Match (RFC 9110): the entity tag of a resource is its quoted version."""

from __future__ import annotations

import re
from dataclasses import dataclass

from servicekit.errors import Invalid

_TAG = re.compile(r'"[\x21\x23-\x7e]{0,64}"')
_VERSION = re.compile(r'"([1-9][0-9]{0,8})"')
# No resource has version 0: a well-formed tag that we never issued is stale, not malformed.
NO_VERSION = 0


@dataclass(frozen=True, slots=True)
class Precondition:
    """What If-Match asked for: `version` None means whatever is there (`*`)."""

    version: int | None


def parse_if_match(header: bytes | None) -> Precondition | None:
    """None without the header. Strict: one strong tag or `*`, else Invalid."""
    if header is None:
        return None
    text = header.decode("latin-1").strip()
    if text == "*":
        return Precondition(None)
    if not _TAG.fullmatch(text):
        raise Invalid.at("/If-Match", "invalid_if_match", 'One strong entity tag such as "3", or *.')
    version = _VERSION.fullmatch(text)
    return Precondition(int(version[1]) if version else NO_VERSION)


def etag(version: int) -> bytes:
    return b'"%d"' % version


def is_not_modified(if_none_match: bytes | None, version: int) -> bool:
    """Whether the caller has this version already; weak comparison, as RFC 9110 says for GET."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == b"*":
        return True
    tags = (tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b","))
    return etag(version) in tags
