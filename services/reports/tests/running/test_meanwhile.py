"""Runs of many steps: whatever happens between two of them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from servicekit.clock import utc_now
from servicekit.ids import new_id
from services.reports.running import counting, gathering, kinds
from services.reports.running.expiry import expire
from services.reports.tests.company import BY_PLAN, Company, table
from services.reports.tests.running.made import VALUES, ranges, result


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("most", [1, 2, 8])
def test_another_process_goes_on_where_the_last_one_stopped(
    shop: Company, monkeypatch: pytest.MonkeyPatch, most: int
):
    monkeypatch.setattr(gathering, "_MOST_PARTS", most)
    run = shop.made(configuration=VALUES)
    assert result(shop, run) == shop.preview(VALUES)
    assert ranges(shop) == 4


@pytest.mark.usefixtures("others")
def test_what_was_counted_is_counted_anew_if_its_files_are_gone(shop: Company):
    def lose() -> None:
        shop.storage.delete([each.key for each in shop.storage.list(kinds.PARTS)])

    shop.customers.meanwhile = [lambda: None, lambda: None, lambda: None, lose]
    run = shop.made(configuration=VALUES)
    assert result(shop, run) == shop.preview(VALUES)
    assert ranges(shop) > 4


@pytest.mark.usefixtures("others")
def test_what_another_release_counted_is_counted_anew(shop: Company, monkeypatch: pytest.MonkeyPatch):
    shop.customers.meanwhile = [lambda: None] * 3 + [lambda: monkeypatch.setattr(gathering, "_FORM", 3)]
    run = shop.made(configuration=VALUES)
    assert result(shop, run) == shop.preview(VALUES)
    assert ranges(shop) > 4


def test_a_step_counts_ranges_for_a_while(shop: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(counting, "STEP_SECONDS", 600.0)
    run = shop.made(configuration=VALUES)
    assert result(shop, run) == shop.preview(VALUES)
    assert (ranges(shop), len(list(shop.storage.list(kinds.PARTS)))) == (4, 1)


def test_what_was_counted_goes_when_the_run_is_over(shop: Company):
    asked = shop.service.create_run(shop.admin, {"configuration": VALUES})["run"]
    cancel = partial(shop.service.cancel_run, shop.admin, asked["id"])
    shop.customers.meanwhile = [lambda: None, lambda: None, lambda: cancel() and None]
    shop.work_off()
    assert shop.service.get_run(shop.admin, asked["id"])["run"]["status"] == "cancelled"
    old = [each.key for each in shop.storage.list(kinds.PARTS)]
    assert old
    later = utc_now() + timedelta(hours=2)
    assert expire(shop.db, shop.storage, now=utc_now()) == 0
    assert expire(shop.db, shop.storage, now=later) == len(old)
    assert list(shop.storage.list(kinds.PARTS)) == []


@pytest.mark.usefixtures("others")
def test_what_a_run_still_needs_is_kept(shop: Company):
    later = utc_now() + timedelta(hours=2)
    shop.customers.meanwhile = [lambda: None] * 3 + [lambda: expire(shop.db, shop.storage, now=later)]
    assert shop.made(configuration=VALUES)["status"] == "succeeded"
    assert ranges(shop) == 4


def test_an_option_that_is_renamed_meanwhile_is_one_value(shop: Company):
    shop.customers.meanwhile = [lambda: None] * 3 + [lambda: shop.rename_option("Gold", "Golden")]
    run = shop.made(configuration=BY_PLAN)
    assert table(result(shop, run)) == {("Golden",): 5, ("Silver",): 1, (None,): 5}


def test_a_tag_that_is_renamed_meanwhile_is_one_value(shop: Company):
    by_tag = {"groupings": [{"field": "tags"}]}
    shop.customers.meanwhile = [lambda: None] * 3 + [lambda: shop.customers.rename_tag("a", "z")]
    run = shop.made(configuration=by_tag)
    assert result(shop, run) == shop.preview(by_tag)
    assert ("a",) not in table(result(shop, run))


def test_what_a_run_says_of_a_tag_holds_whatever_that_is_called_meanwhile(shop: Company):
    joined = {"groupings": [{"field": "tags", "join": {"Both": ["a", "b"]}}]}
    before = shop.preview(joined)
    shop.customers.meanwhile = [lambda: None] * 3 + [lambda: shop.customers.rename_tag("a", "z")]
    run = shop.made(configuration=joined)
    assert table(result(shop, run)) == table(before)
    assert run["configuration"]["groupings"][0]["join"] == {"Both": ["a", "b"]}


def test_a_run_finds_whom_its_filter_names_whatever_that_is_called_meanwhile(shop: Company):
    gold = shop.customers.option("Gold")
    source = {"filter": {"field": "custom.plan", "op": "eq", "value": "gold"}}
    run = shop.made(configuration=BY_PLAN, source=source)
    assert run["source"] == source
    asked = shop.rows("SELECT asked->'counted'->'filter'->>'value' FROM report_run")
    assert [tuple(each) for each in asked] == [(gold,)]
    assert run["result"]["customers"] == 5
    assert run["result"]["source"] == {"kind": "customers", **source}


def test_what_is_renamed_again_and_again_keeps_no_run_from_its_end(shop: Company):
    names = [f"Gold {n}" for n in range(100)]

    def rename() -> None:
        option = next(id for id, label in shop.customers.options.items() if label.startswith("Gold"))
        shop.customers.options[option] = names.pop()

    shop.customers.meanwhile = [rename] * 100
    assert shop.made(configuration=BY_PLAN)["status"] == "succeeded"


def test_what_no_run_counted_may_be_renamed_meanwhile(shop: Company):
    shop.customers.options[str(new_id())] = "Bronze"
    shop.customers.meanwhile = [lambda: None] * 3 + [lambda: shop.rename_option("Bronze", "Iron")]
    assert shop.made(configuration=BY_PLAN)["status"] == "succeeded"
    assert ranges(shop) == 4


def test_a_range_that_has_too_many_groups_is_asked_for_in_parts(
    shop: Company, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gathering, "SIZE", 2_000)
    shop.customers.most_groups = 10
    for _ in range(700):
        shop.customers.add(reason="none")
    shop.customers.most_groups = 600
    run = shop.made(configuration=BY_PLAN)
    assert (run["status"], run["result"]["customers"]) == ("succeeded", 711)


def test_more_groups_than_memory_holds_end_it(shop: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gathering, "MAX_GROUPS", 4)
    run = shop.made(configuration={"groupings": [{"field": "custom.reason"}, {"field": "custom.value"}]})
    assert (run["status"], run["problem"]["code"]) == ("failed", "too_many_groups")


def test_a_saved_filter_says_to_the_end_what_it_said_at_the_beginning(shop: Company):
    saved = shop.customers.saved_filters
    saved["f"] = {"field": "custom.value", "op": "eq", "value": 9}
    shop.customers.meanwhile = [lambda: None, lambda: None, saved.clear]
    run = shop.made(configuration=BY_PLAN, source={"saved_filter": "f"})
    assert (run["status"], run["result"]["customers"]) == ("succeeded", 1)
    assert run["source"] == {"saved_filter": "f"}


def test_customers_who_come_meanwhile_are_not_counted(shop: Company):
    shop.customers.meanwhile = [lambda: None, lambda: None, lambda: shop.customers.add()]
    assert shop.made(configuration=BY_PLAN)["result"]["customers"] == 11
