"""Mappings that people keep: by whom they are seen, changed, and offered."""

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Stale, TooLarge
from services.import_export.mapping.domain import saved as rules

COLUMNS = [
    {"column": "Nome", "to": "name"},
    {"column": "Correio", "to": "email"},
    {"column": "X", "to": None},
]
MAPPING = {"columns": COLUMNS, "constants": {"tags": ["fair"], "custom.plan": "Gold"}}
FILE = "nome;CORREIO;x;more\nAna;ana@example.com;1;2\n"


@pytest.fixture
def ana(world):
    return world.agent("ana", "Sales")


@pytest.fixture
def rui(world):
    return world.agent("rui", "Support")


def keep(world, scope, name="Fair", **more):
    return world.service.create_mapping(scope, {"name": name, "mapping": MAPPING, **more})["mapping"]


def names(world, scope):
    return [each["name"] for each in world.service.list_mappings(scope)["data"]]


def errors(caught):
    return [(each["pointer"], each["code"]) for each in caught.value.payload["errors"]]


def test_a_mapping_is_kept_as_it_was_given(world, ana):
    kept = keep(world, ana, "  The   fair ")
    assert (kept["name"], kept["shared"], kept["version"]) == ("The fair", False, 1)
    assert kept["mapping"] == MAPPING
    assert world.service.get_mapping(ana, kept["id"])["mapping"] == kept


def test_a_mapping_is_its_owners_until_it_is_shared(world, ana, rui):
    own, shared = keep(world, ana), keep(world, world.admin, "For all", shared=True)
    assert names(world, ana) == ["Fair", "For all"]
    assert names(world, rui) == names(world, world.admin) == ["For all"]
    with pytest.raises(NotFound, match="mapping_not_found"):
        world.service.get_mapping(rui, own["id"])
    with pytest.raises(NotFound, match="mapping_not_found"):
        world.service.update_mapping(rui, own["id"], {"name": "Mine"})
    with pytest.raises(Forbidden, match="owner_only"):
        world.service.delete_mapping(rui, shared["id"])


def test_only_administrators_share(world, ana):
    with pytest.raises(Forbidden, match="administrators_only"):
        keep(world, ana, shared=True)
    kept = keep(world, ana)
    with pytest.raises(Forbidden, match="administrators_only"):
        world.service.update_mapping(ana, kept["id"], {"shared": True})


def test_a_change_names_the_version_that_it_saw(world, ana):
    kept = keep(world, ana)
    changed = world.service.update_mapping(ana, kept["id"], {"name": "Fair 2"}, version=1)["mapping"]
    assert (changed["name"], changed["version"], changed["mapping"]) == ("Fair 2", 2, MAPPING)
    with pytest.raises(Stale) as caught:
        world.service.update_mapping(ana, kept["id"], {"name": "Fair 3"}, version=1)
    assert caught.value.payload["current"] == changed
    with pytest.raises(Stale):
        world.service.delete_mapping(ana, kept["id"], version=1)
    assert world.service.update_mapping(ana, kept["id"], {"name": "Fair 2"})["mapping"] == changed
    world.service.delete_mapping(ana, kept["id"], version=2)
    assert names(world, ana) == []


def test_a_name_is_used_once_by_each(world, ana, rui):
    first = keep(world, ana, "Feirão")
    with pytest.raises(Conflict) as caught:
        keep(world, ana, "FEIRAO")
    assert caught.value.payload == {"mapping": {"id": first["id"], "name": "Feirão"}}
    other = keep(world, ana, "Other")
    with pytest.raises(Conflict, match="mapping_exists"):
        world.service.update_mapping(ana, other["id"], {"name": "feirao"})
    keep(world, rui, "Feirão")


def test_the_same_request_twice_is_one_mapping(world, ana):
    key = {"key": "k1", "hash": "h1"}
    first = world.service.create_mapping(ana, {"name": "Fair", "mapping": MAPPING}, idempotency=key)
    again = world.service.create_mapping(ana, {"name": "Fair", "mapping": MAPPING}, idempotency=key)
    assert (again["mapping"], again["replayed"]) == (first["mapping"], True)


def test_what_is_wrong_is_named_at_once(world, ana):
    columns = [
        {"column": "A", "to": "custom.shoe"},
        {"column": "A", "to": "status"},
        {"column": "B", "to": "status"},
    ]
    with pytest.raises(Invalid) as caught:
        world.service.create_mapping(ana, {"mapping": {"columns": columns}, "owner": "me"})
    assert sorted(errors(caught)) == [
        ("/mapping/columns", "name_needed"), ("/mapping/columns", "several_columns"),
        ("/mapping/columns/0/to", "unknown_target"), ("/name", "required"), ("/owner", "unknown_property"),
    ]  # fmt: skip


@pytest.mark.parametrize("patch", [{"name": "a" * 101}, {"name": None}, {"mapping": None}, {"shared": "yes"}])
def test_a_bad_change_changes_nothing(world, ana, patch):
    kept = keep(world, ana)
    with pytest.raises(Invalid) as caught:
        world.service.update_mapping(ana, kept["id"], {"name": "Other", **patch})
    assert all(pointer.startswith(f"/{next(iter(patch))}") for pointer, _ in errors(caught))
    assert world.service.get_mapping(ana, kept["id"])["mapping"] == kept


def test_a_page_of_mappings_stays_small(world, ana):
    long = {"columns": [{"column": f"{'x' * 90} {n}", "to": "tags" if n else "name"} for n in range(300)]}
    with pytest.raises(Invalid) as caught:
        keep(world, ana, mapping=long)
    assert errors(caught) == [("/mapping", "too_long")]


def test_nobody_keeps_more_than_the_limit(world, ana, monkeypatch):
    monkeypatch.setattr(rules, "MAX_KEPT", 2)
    keep(world, ana, "One"), keep(world, ana, "Two")
    with pytest.raises(TooLarge, match="too_many_mappings"):
        keep(world, ana, "Three")


def test_pages_go_on_where_they_ended(world, ana):
    for name in ("c", "a", "B"):
        keep(world, ana, name)
    first = world.service.list_mappings(ana, limit=2)
    second = world.service.list_mappings(ana, limit=2, cursor=first["next"])
    assert [each["name"] for each in first["data"] + second["data"]] == ["a", "B", "c"]
    assert second["next"] is None


def test_whoever_may_not_import_keeps_and_sees_none(world, ana):
    world.people.agents_may_import = False
    for call in (
        lambda: keep(world, ana),
        lambda: names(world, ana),
        lambda: world.service.template(ana),
        lambda: world.service.get_mapping(ana, "x"),
    ):
        with pytest.raises(Forbidden, match="imports_forbidden"):
            call()


def test_a_file_is_offered_what_is_kept_for_its_columns(world, ana):
    fits = keep(world, ana)
    fewer = {"columns": [{"column": "NOME", "to": "name"}]}
    less = keep(world, world.admin, "Names", mapping=fewer, shared=True)
    other = {"columns": [*COLUMNS, {"column": "Absent", "to": None}]}
    keep(world, ana, "Other", mapping=other)
    by_place = {"columns": [{"column": 0, "to": "name"}]}
    keep(world, ana, "By place", mapping=by_place)
    import_id = world.read(FILE, scope=ana)
    offered = world.get(import_id)["suggested_mapping"]["saved"]
    assert offered == [{"id": each["id"], "name": each["name"]} for each in (fits, less)]


def test_a_kept_mapping_is_chosen_for_a_file(world):
    kept = keep(world, world.admin)["mapping"]
    columns = [
        {**each, "column": header}
        for each, header in zip(kept["columns"], ["nome", "CORREIO", "x"], strict=True)
    ]
    import_id = world.read(FILE)
    world.service.set_mapping(world.admin, import_id, {**kept, "columns": columns})
    world.service.check_import(world.admin, import_id)
    world.work_off()
    assert world.get(import_id)["counts"]["created"] == 1


def test_a_mapping_that_says_a_name_is_found_by_it_and_follows_no_rename(world, ana, rui):
    kept = keep(world, ana)
    found = {"kind": "import_mapping", "id": kept["id"], "name": "Fair", "follows": False}
    assert world.service.mappings_naming(ana, ["gôld"]) == [found]
    assert world.service.mappings_naming(ana, ["silver", "FAIR"]) == [found]
    # What a column is called in a file is not what an option is called here.
    assert world.service.mappings_naming(ana, ["Nome", "custom"]) == []
    assert world.service.mappings_naming(rui, ["gold"]) == []
    with pytest.raises(Invalid):
        world.service.mappings_naming(ana, "gold")
