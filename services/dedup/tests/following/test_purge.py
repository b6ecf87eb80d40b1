"""Of who was purged nothing is left."""

from __future__ import annotations

from servicekit.ids import new_id
from services.dedup.following.purge import CATALOGUE, NAMES
from services.dedup.tables import metadata
from services.dedup.tests.following.telling import changed, detected, index, merged, tell
from services.dedup.tests.pairs.people import alike, every, sharing
from services.dedup.tests.world import World

# They name something else, or are what is gone when its own row is.
_OTHERS = {"id", "user_id", "team_id", "decided_by", "job_id"}


def test_every_place_that_holds_a_customers_id_is_in_the_catalogue():
    """A new column of ids is thought of here before it can be used."""
    plumbing = {"job", "directory_team", "directory_user", "directory_state"}
    places = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if str(column.type) in ("UUID", "CHAR(32)")
        and table.name not in plumbing
        and column.name not in _OTHERS
    }
    transient = {"scan_candidate.first_id", "scan_candidate.second_id"}  # while a scan runs, by their ids
    assert places - transient == CATALOGUE.keys() | NAMES


def test_of_who_was_purged_nothing_is_left(world: World):
    a, b, c = alike(world, many=3)
    d, e = sharing(world)
    tell(world, merged(world, b, into=a), detected((a, d)))
    [pair] = [each for each in every(world, world.admin) if each["shared_identity"]]
    world.service.decide_pair(world.admin, pair["id"], {"decision": "not_duplicate"})
    world.run(
        """INSERT INTO access_request (id, user_id, token_hash, customer_id, matched_on, asked_at)
           VALUES (:id, :id, '\\x00', :customer, '{phone}', now())""",
        id=new_id(),
        customer=d,
    )
    world.company.delete(a)
    tell(world, changed(world, a, kind="deleted"))
    tell(world, changed(world, a, d, kind="purged"))
    assert index(world).keys() == {c, e}
    for table in metadata.tables.keys() - {"outbox", "job", "inbox"}:
        for customer in (a, b, d):
            found = world.rows(
                f"SELECT FROM {table} t WHERE CAST(t AS text) LIKE '%' || :id || '%'", id=customer
            )
            assert found == [], table


def test_clusters_of_those_who_stay_are_named_after_them(world: World):
    a, b, c = alike(world, many=3)
    job = new_id()
    world.run("""INSERT INTO job (id, kind, created_by) VALUES (:job, 'merge_exact', 'x')""", job=job)
    for each in (a, b, c):
        world.run("INSERT INTO merge_target VALUES (:job, :each, :first)", job=job, each=each, first=a)
    tell(world, changed(world, a, kind="purged"))
    for table in ("pair", "merge_target"):
        assert {str(row.cluster_id) for row in world.rows(f"SELECT cluster_id FROM {table}")} == {b}
