"""Two rename one option at once, while customers are written with it: the second is told of the first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from servicekit.errors import Stale
from services.customers.tests.world import World

PLAN = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]}
ROUNDS = 20


def rename(world: World, option_id: str, label: str, version: int, barrier: Barrier) -> int | None:
    """How many customers it reached; None for the one who came second."""
    barrier.wait()
    try:
        answer = world.service.update_option(world.admin, "plan", option_id, {"label": label}, version)
    except Stale:
        return None
    return answer["affected"]


def test_one_of_two_renames_wins_and_no_customer_has_an_unknown_option(world: World) -> None:
    field = world.service.create_custom_field(world.admin, PLAN)
    gold, over, written = field["options"][0]["id"], Event(), []

    def write() -> None:
        while not over.is_set():
            written.append(world.create(custom={"plan": gold})["id"])

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        try:
            for version in range(1, ROUNDS + 1):
                before, barrier = len(written), Barrier(2)
                tries = [
                    pool.submit(rename, world, gold, f"{name} {version}", version, barrier) for name in "AB"
                ]
                won = [affected for affected in (each.result() for each in tries) if affected is not None]
                assert len(won) == 1
                assert before <= won[0] <= len(written) + len(writers)
        finally:
            over.set()
        for writer in writers:
            writer.result()
    label = world.service.get_custom_field(world.admin, "plan")["options"][0]["label"]
    shown = {world.get(customer)["custom"]["plan"]["label"] for customer in written}
    assert shown == {label}
    version = ROUNDS + 1
    last = world.service.update_option(world.admin, "plan", gold, {"label": "Last"}, version)
    assert last["affected"] == len(written)
