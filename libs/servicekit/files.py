"""Where a process keeps files: uploads, results. The one storage of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from servicekit.settings import load
from servicekit.storage import Storage


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """`storage_url`: file:///folder or s3://bucket/prefix, the same for the gateway and all workers."""

    storage_url: str


@cache
def storage() -> Storage:
    """The one that this process was given. Raises SettingsError if it was given none."""
    return Storage.open(load(FileSettings).storage_url)
