"""Settings of the whole company, for the duration of a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.api import Api


@contextmanager
def hidden_contact_data(admin: Api, hidden: bool = True) -> Iterator[None]:
    """Whether agents get contact data."""
    with _setting(admin, "hide_contact_data", hidden):
        yield


@contextmanager
def allowed_duplicates(admin: Api) -> Iterator[None]:
    with _setting(admin, "allow_duplicates", True):
        yield


@contextmanager
def files_of_agents(admin: Api) -> Iterator[None]:
    """Agents may import and export."""
    with _setting(admin, "agents_may_import", True), _setting(admin, "agents_may_export", True):
        yield


@contextmanager
def _setting(admin: Api, name: str, value: bool) -> Iterator[None]:
    _set(admin, name, value)
    try:
        yield
    finally:
        _set(admin, name, False)


def _set(admin: Api, name: str, value: bool) -> None:
    answer = admin.patch("/v1/settings/customers", {name: value}, If_Match="*")
    assert answer.status_code == 200, answer.text
