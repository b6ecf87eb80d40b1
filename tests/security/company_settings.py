"""Settings of the whole company, for the duration of a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.api import Api


@contextmanager
def hidden_contact_data(admin: Api, hidden: bool = True) -> Iterator[None]:
    """Whether agents get contact data."""
    _set(admin, hidden)
    try:
        yield
    finally:
        _set(admin, False)


def _set(admin: Api, hidden: bool) -> None:
    answer = admin.patch("/v1/settings/customers", {"hide_contact_data": hidden}, If_Match="*")
    assert answer.status_code == 200, answer.text
