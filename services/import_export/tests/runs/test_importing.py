"""An import from its upload to its end."""

from __future__ import annotations

from services.import_export.tests.runs.world import World, nonzero

CLEAN = """Name,Email,Phone,Tags
Ana Souza,ana@example.com,(11) 98765-4321,vip
Bruno Lima,bruno@example.com,,
Carla Dias,,(21) 99876-5432,"vip, novo"
"""


def test_a_clean_file_becomes_customers(world: World) -> None:
    done = world.imported(CLEAN)
    assert (done["phase"], done["status"]) == ("finished", "succeeded")
    assert nonzero(done["counts"]) == {"created": 3}
    assert world.people.names == ["Ana Souza", "Bruno Lima", "Carla Dias"]
    assert [row["customer"] for row in world.rows(done["id"])] == [
        world.people.named(name) for name in ("Ana Souza", "Bruno Lima", "Carla Dias")
    ]


def test_a_check_says_what_the_run_will_do_and_writes_nothing(world: World) -> None:
    checked = world.checked(CLEAN)
    assert (checked["phase"], checked["status"]) == ("checked", "awaiting_input")
    assert nonzero(checked["counts"]) == {"created": 3}
    assert not world.people.people
