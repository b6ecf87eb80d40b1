"""The collector works seldom, and still does."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from servicekit import collector


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


class Circle:
    def __init__(self) -> None:
        self.me = self


def test_a_batch_of_rows_is_read_without_a_search() -> None:
    collector.relax()
    before = [generation["collections"] for generation in gc.get_stats()]
    rows = [{"n": n, "cells": ["a", "b"]} for n in range(10_000)]
    assert [generation["collections"] for generation in gc.get_stats()] == before
    assert len(rows) == 10_000


def test_circles_go_in_the_end() -> None:
    collector.relax()
    circle = weakref.ref(Circle())
    kept: list[list[int]] = []
    while circle() is not None and len(kept) < 200_000:
        kept.append([])
    assert circle() is None
