"""Comments: for whoever sees the task."""

from __future__ import annotations

import pytest

from servicekit.errors import Forbidden, Invalid, NotFound, Stale
from services.tasks.tests.work.office import add
from services.tasks.tests.world import World


def test_comments_are_read_oldest_first_a_page_at_a_time(world: World):
    ana = world.agent("ana", "Vendas")
    task = add(world, ana)
    for number in range(5):
        world.service.add_comment(ana, task["id"], {"body": f"No. {number}"})
    first = world.service.list_comments(ana, task["id"], 3)
    second = world.service.list_comments(ana, task["id"], 3, first["next"])
    bodies = [comment["body"] for comment in first["data"] + second["data"]]
    assert bodies == [f"No. {number}" for number in range(5)]
    assert second["next"] is None


def test_a_comment_is_its_authors(world: World):
    ana, bia, customer = world.agent("ana", "Vendas"), world.agent("bia", "Vendas"), world.customer("Vendas")
    task = add(world, ana, customer=customer)
    comment = world.service.add_comment(bia, task["id"], {"body": "Called."})["comment"]
    assert (comment["task"], comment["author"], comment["version"]) == (task["id"], bia["user_id"], 1)
    for refused in (
        lambda: world.service.update_comment(ana, comment["id"], {"body": "x"}),
        lambda: world.service.delete_comment(ana, comment["id"]),
    ):
        with pytest.raises(Forbidden, match="not_the_author"):
            refused()
    edited = world.service.update_comment(bia, comment["id"], {"body": "Called twice."}, version=1)["comment"]
    assert (edited["body"], edited["version"]) == ("Called twice.", 2)
    with pytest.raises(Stale):
        world.service.update_comment(bia, comment["id"], {"body": "x"}, version=1)
    world.service.delete_comment(world.admin, comment["id"], version=2)
    assert world.service.list_comments(ana, task["id"])["data"] == []
    with pytest.raises(NotFound, match="comment_not_found"):
        world.service.get_comment(bia, comment["id"])


def test_comments_of_a_hidden_task_are_hidden(world: World):
    ana, bia = world.agent("ana", "Vendas"), world.agent("bia", "Suporte")
    task = add(world, ana, customer=world.customer("Vendas"))
    comment = world.service.add_comment(ana, task["id"], {"body": "Called."})["comment"]
    with pytest.raises(NotFound, match="task_not_found"):
        world.service.list_comments(bia, task["id"])
    for call in (world.service.get_comment, world.service.delete_comment):
        with pytest.raises(NotFound, match="comment_not_found"):
            call(bia, comment["id"])


def test_who_lost_sight_of_the_customer_loses_the_comments_too(world: World):
    ana = world.agent("ana", "Vendas")
    task = add(world, ana, customer=world.customer("Vendas"))
    comment = world.service.add_comment(ana, task["id"], {"body": "Called."})["comment"]
    ana = world.agent("ana", "Suporte")
    with pytest.raises(NotFound, match="comment_not_found"):
        world.service.update_comment(ana, comment["id"], {"body": "x"})


def test_a_repeated_comment_is_one(world: World):
    ana = world.agent("ana", "Vendas")
    task, key = add(world, ana), {"key": "c", "hash": "h"}
    first = world.service.add_comment(ana, task["id"], {"body": "Once."}, key)
    again = world.service.add_comment(ana, task["id"], {"body": "Once."}, key)
    assert (first["id"], first["replayed"]) == (again["id"], not again["replayed"])
    assert len(world.service.list_comments(ana, task["id"])["data"]) == 1


def test_an_empty_comment_is_refused(world: World):
    ana = world.agent("ana", "Vendas")
    with pytest.raises(Invalid):
        world.service.add_comment(ana, add(world, ana)["id"], {"body": " "})
