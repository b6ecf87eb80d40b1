from __future__ import annotations

import asyncio
import time

import pytest

from servicekit import context


def test_outside_of_a_call_there_is_no_deadline():
    assert context.current() is context.NO_CALL
    assert context.remaining() is None


def test_context_holds_inside_the_block_only():
    with context.use(context.new_context(timeout=5, user_id="u")) as call:
        assert context.current() is call
        assert 4 < (context.remaining() or 0) <= 5
    assert context.current() is context.NO_CALL


def test_remaining_is_negative_past_the_deadline():
    with context.use(context.CallContext("r", time.time() - 1)):
        assert context.remaining() == pytest.approx(-1, abs=0.2)


def test_tasks_do_not_share_a_context():
    async def work(name: str) -> str:
        with context.use(context.CallContext(name)):
            await asyncio.sleep(0)
            return context.current().request_id

    async def both() -> list[str]:
        return await asyncio.gather(work("a"), work("b"))

    assert asyncio.run(both()) == ["a", "b"]
