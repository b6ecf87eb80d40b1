"""The queue: whoever sees both customers is shown the pair, and nobody else learns that there is one."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid, NotFound, Unavailable
from servicekit.ids import new_id
from services.dedup.pairs import listing
from services.dedup.tests.following.telling import changed, detected, pairs, tell
from services.dedup.tests.pairs.people import a_line, alike, clusters, ends, every, sharing
from services.dedup.tests.world import World

Json = dict[str, Any]


def a_cursor(score: int) -> str:
    """Forged: behind a pair of this score."""
    content = f'["-score", [{score}], "{new_id()}"]'
    return urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def test_a_pair_says_who_and_why(world: World):
    a, b = sharing(world, names=("Rui Prado", "Ruy Prado"))
    [pair] = every(world, world.admin)
    assert [each["name"] for each in pair["customers"]] == ["Rui Prado", "Ruy Prado"]
    assert {reason["code"] for reason in pair["reasons"]} >= {"same_line", "similar_name"}
    assert (pair["shared_identity"], pair["cluster"], pair["decision"]) == (True, min(a, b), None)
    assert world.service.get_pair(world.admin, pair["id"]) == pair
    assert pair["score"] >= 80


def test_the_likeliest_come_first_and_pages_join(world: World):
    for number in range(3):
        sharing(world, names=("Rui Prado", f"Lia {number}"))
        alike(world)
    whole = every(world, world.admin)
    assert len(whole) == 6
    assert [pair["score"] for pair in whole] == sorted((pair["score"] for pair in whole), reverse=True)
    assert every(world, world.admin, limit=1) == every(world, world.admin, limit=4) == whole


def test_lists_are_narrowed(world: World):
    a, _ = sharing(world)
    c, d = alike(world)
    assert [ends(each) for each in every(world, world.admin, shared=False)] == [{c, d}]
    assert a in ends(every(world, world.admin, shared=True)[0])
    assert [ends(each) for each in every(world, world.admin, customer=d)] == [{c, d}]
    assert [ends(each) for each in every(world, world.admin, reason="same_local_part")] == [{c, d}]
    best = every(world, world.admin)[0]["score"]
    assert all(each["score"] == best for each in every(world, world.admin, min_score=best))


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": 201},
        {"min_score": 101},
        {"shared": "yes"},
        {"reason": "astrology"},
        {"cursor": "x"},
        {"cursor": 7},
        {"cursor": a_cursor(40_000)},
        {"cursor": a_cursor(-40_000)},
    ],
)
def test_what_cannot_be_is_refused(world: World, asked: Json):
    with pytest.raises(Invalid):
        world.service.list_pairs(world.admin, **asked)


def test_an_agent_sees_the_pairs_of_whom_they_see_both(world: World):
    ana = world.agent("ana", "Vendas")
    mine, _ = alike(world, "Vendas"), alike(world, "Suporte")
    hidden = world.customer("Rui Prado", "Suporte", phone=a_line())
    tell(world, changed(world, hidden), detected((hidden, mine[0])))
    seen = every(world, ana)
    assert [ends(each) for each in seen] == [set(mine)]
    assert seen[0]["customers"][0]["teams"] == [world.team("Vendas")]
    [halved] = [each for each in every(world, world.admin) if hidden in ends(each)]
    with pytest.raises(NotFound) as refused:
        world.service.get_pair(ana, halved["id"])
    with pytest.raises(NotFound) as unknown:
        world.service.get_pair(ana, str(new_id()))
    assert refused.value.args == unknown.value.args
    with pytest.raises(NotFound):
        world.service.decide_pair(ana, halved["id"], {"decision": "not_duplicate"})
    with pytest.raises(NotFound, match="customer_not_found"):
        world.service.list_pairs(ana, customer=hidden)


def test_a_cluster_is_made_of_whom_the_caller_sees(world: World):
    """Two pairs that only a hidden customer holds together have nothing to do with each other."""
    ana = world.agent("ana", "Vendas")
    first, second = alike(world, "Vendas"), alike(world, "Vendas", name="Otto Zimmermann")
    hidden = world.customer("Bridge", "Suporte", phone=a_line())
    tell(world, changed(world, hidden), detected((hidden, first[0]), (hidden, second[0])))
    assert [len(each["customers"]) for each in clusters(world, world.admin)] == [5]
    seen = clusters(world, ana, limit=1)
    assert {frozenset(c["id"] for c in each["customers"]) for each in seen} == {
        frozenset(first),
        frozenset(second),
    }
    assert {each["id"] for each in seen} == {min(first), min(second)}
    assert {each["cluster"] for each in every(world, ana)} == {min(first), min(second)}


def test_a_cluster_is_exact_when_shared_identities_hold_it_together(world: World):
    shared = sharing(world, names=("Rui Prado", "Lia Nunes", "Eva Lima"))
    told = alike(world)
    exact, likely = sorted(clusters(world, world.admin), key=lambda each: not each["exact"])
    assert (exact["exact"], len(exact["pairs"]), exact["score"]) == (True, 3, exact["pairs"][0]["score"])
    assert {each["id"] for each in exact["customers"]} == set(shared)
    assert (likely["exact"], {each["id"] for each in likely["customers"]}) == (False, set(told))


def test_who_sees_no_contact_data_is_told_of_no_pair(world: World):
    """Two of one name are a pair only if they have a clue: whoever made one of them would have guessed it."""
    ana = world.agent("ana", "Vendas")
    known = alike(world, "Vendas", name="Mariana Albuquerque")
    unlike = [
        world.customer("Otto Zimmermann", "Vendas", email=f"{name}@{name}.test") for name in ("xq", "jw")
    ]
    tell(world, changed(world, *unlike, kind="created"))
    [pair] = every(world, ana)
    assert ends(pair) == set(known)
    world.company.hide_contact_data = True
    assert every(world, ana) == clusters(world, ana) == []
    for both in (known, unlike):
        assert every(world, ana, customer=both[0]) == every(world, ana, reason="similar_name") == []
        assert world.service.count_for(ana, both[0]) == {"possible_duplicates": 0}
    for pair_id in (pair["id"], str(new_id())):
        for key in (None, {"key": pair_id, "hash": "h"}):
            with pytest.raises(NotFound, match="pair_not_found"):
                world.service.decide_pair(ana, pair_id, {"decision": "not_duplicate"}, idempotency=key)
        with pytest.raises(NotFound, match="pair_not_found"):
            world.service.get_pair(ana, pair_id)
    assert every(world, world.admin) == [pair]


def test_how_many_there_are_of_a_customer(world: World):
    ana = world.agent("ana", "Vendas")
    a, b, c = alike(world, "Vendas", many=3)
    world.company.customers[c].teams = frozenset({world.team("Suporte")})
    assert world.service.count_for(world.admin, a) == {"possible_duplicates": 2}
    assert world.service.count_for(ana, a) == {"possible_duplicates": 1}
    world.company.merge(b, into=a)
    assert world.service.count_for(world.admin, b) == {"possible_duplicates": 1}
    for unknown in (c, str(new_id()), "x"):
        with pytest.raises(NotFound, match="customer_not_found"):
            world.service.count_for(ana, unknown)


def test_who_was_absorbed_or_deleted_a_moment_ago_is_not_shown(world: World):
    a, b, c = alike(world, many=3)
    world.company.merge(b, into=a)
    assert [ends(each) for each in every(world, world.admin)] == [{a, c}]
    world.company.delete(c)
    assert every(world, world.admin) == clusters(world, world.admin) == []


def test_who_is_hidden_while_a_page_is_made_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch):
    a, _ = alike(world)
    asked = world.company.call

    def call(method: str, *args: Any, **kwargs: Any) -> Any:
        if method == "show_customers":
            world.company.delete(a)
        return asked(method, *args, **kwargs)

    monkeypatch.setattr(world.company, "call", call)
    assert every(world, world.admin) == []


def test_a_page_asks_once_for_many_pairs(world: World):
    for _ in range(4):
        alike(world)
    world.company.calls.clear()
    world.service.list_pairs(world.admin)
    assert world.company.calls == ["visible", "show_customers"]


def test_who_sees_few_gets_short_pages_for_a_bounded_effort(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listing, "_MOST", 2)
    ana = world.agent("ana", "Vendas")
    mine = alike(world, "Vendas", name="Otto Zimmermann")
    for _ in range(13):
        sharing(world, "Suporte", names=("Rui Prado", "Rui Prado"))
    world.company.calls.clear()
    page = world.service.list_pairs(ana, 1)
    assert page["data"] == []
    assert world.company.calls.count("visible") <= 1 + listing.REFILLS
    assert [ends(each) for each in every(world, ana, limit=1)] == [set(mine)]


def test_nothing_is_shown_when_nobody_can_say_who_may_see_it(world: World):
    alike(world)
    world.company.down = Unavailable("rpc_timeout")
    with pytest.raises(Unavailable):
        world.service.list_pairs(world.admin)


def test_connectors_have_no_business_here(world: World):
    scope = {**world.agent("ana", "Vendas"), "role": "connector"}
    for call in (world.service.list_pairs, world.service.list_clusters):
        with pytest.raises(Forbidden):
            call(scope)


def test_a_decision_is_remembered_and_repeated(world: World):
    ana = world.agent("ana", "Vendas")
    a, b = sharing(world, "Vendas", names=("Rui Prado", "Ruy Prado"))
    [pair] = every(world, ana)
    key = {"key": "k1", "hash": "h"}
    first = world.service.decide_pair(ana, pair["id"], {"decision": "not_duplicate"}, idempotency=key)
    assert first == {
        "pair": {**pair, "decision": "not_duplicate", "cluster": pair["id"]},
        "replayed": False,
    }
    assert pairs(world) == {}
    world.company.hide_contact_data = True
    with pytest.raises(NotFound):
        world.service.decide_pair(ana, pair["id"], {"decision": "not_duplicate"}, idempotency=key)
    world.company.hide_contact_data = False
    again = world.service.decide_pair(ana, pair["id"], {"decision": "not_duplicate"}, idempotency=key)
    assert again == {**first, "replayed": True}
    world.company.customers[a].teams = frozenset()
    with pytest.raises(NotFound):
        world.service.decide_pair(ana, pair["id"], {"decision": "not_duplicate"}, idempotency=key)
    with pytest.raises(NotFound):
        world.service.decide_pair(ana, pair["id"], {"decision": "not_duplicate"})
    [row] = world.rows("SELECT * FROM decision")
    assert {str(row.first_id), str(row.second_id)} == {a, b}
    assert (row.origin, str(row.decided_by)) == ("person", ana["user_id"])


@pytest.mark.parametrize("data", [{}, {"decision": "duplicate"}, {"decision": "not_duplicate", "why": "x"}])
def test_other_decisions_are_refused(world: World, data: Json):
    alike(world)
    [pair] = every(world, world.admin)
    with pytest.raises(Invalid):
        world.service.decide_pair(world.admin, pair["id"], data)
    assert len(pairs(world)) == 1
