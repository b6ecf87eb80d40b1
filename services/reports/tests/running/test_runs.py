"""Reports made in the background, by the code that workers run."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from servicekit.clock import utc_now
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from servicekit.jobs import Run
from services.reports.running import counting, gathering, kinds
from services.reports.running.expiry import expire
from services.reports.running.job import MakeReport
from services.reports.sweeping.kinds import SWEEP
from services.reports.tests.company import BY_PLAN, Company, codes, table

Json = dict[str, Any]
VALUES: Json = {
    "groupings": [{"field": "custom.plan"}, {"field": "tags"}],
    "total": {"op": "sum", "field": "custom.value"},
}


@pytest.fixture
def shop(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Ten customers of sales, three in each range, a range in each step, and one of care."""
    monkeypatch.setattr(gathering, "SIZE", 3)
    monkeypatch.setattr(counting, "STEP_SECONDS", 0.0)
    gold = company.customers.option("Gold")
    for n in range(10):
        plan = {"plan": gold} if n % 2 else {}
        company.customers.add(company.team("sales"), value=n, tags=["a", "b"][: n % 3], **plan)
    company.customers.add(company.team("care"), plan=company.customers.option("Silver"))
    return company


def result(company: Company, run: Json, *, scope: Json | None = None) -> Json:
    file = company.service.run_file(scope or company.admin, run["id"])["file"]
    content: Json = json.loads(company.stored(file))
    return content


def test_a_run_comes_to_what_a_preview_shows(shop: Company):
    run = shop.made(configuration=VALUES, name="Values")
    assert (run["status"], run["name"], run["kind"]) == ("succeeded", "Values", "report_run")
    assert (run["progress"]["done"], run["progress"]["percent"]) == (11, 100.0)
    assert result(shop, run) == shop.preview(VALUES)
    assert ranges(shop) == 4


def test_what_it_came_to_is_told_without_its_rows(shop: Company):
    run = shop.made(configuration=BY_PLAN)
    assert (run["result"]["grand_total"], run["result"]["row_count"]) == (11, 3)
    assert "rows" not in run["result"]
    assert run["name"] == "Plan"
    listed = shop.service.list_runs(shop.admin)["data"]
    assert [(each["id"], "result" in each) for each in listed] == [(run["id"], False)]


def test_its_table_is_a_csv_file_too(shop: Company):
    run = shop.made(configuration=BY_PLAN, name="Plans")
    file = shop.service.run_file(shop.admin, run["id"], "csv")["file"]
    assert (file["filename"], file["content_type"]) == ("Plans.csv", "text/csv; charset=utf-8")
    content = shop.stored(file)
    assert file["size"] == len(content)
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines == [["Plan", "Total"], ["Gold", "5"], ["Silver", "1"], ["(empty)", "5"], ["Total", "11"]]


def test_the_same_request_makes_one_run(shop: Company):
    data, key = {"configuration": BY_PLAN}, {"key": "k", "hash": "h"}
    replies = [shop.service.create_run(shop.admin, data, None, key) for _ in range(2)]
    assert [reply["replayed"] for reply in replies] == [False, True]
    assert len({reply["run"]["id"] for reply in replies}) == 1


def test_a_run_of_a_template_is_about_its_source_and_goes_by_its_name(shop: Company):
    source = {"filter": {"field": "custom.value", "op": "eq", "value": 3}}
    template = shop.keep("Threes", source=source)
    run = shop.made(configuration_id=template["id"])
    assert (run["name"], run["source"], run["result"]["customers"]) == ("Threes", source, 1)
    everybody = shop.made(configuration_id=template["id"], source={})
    assert everybody["result"]["customers"] == 11


def test_what_cannot_be_asked_makes_no_run(shop: Company):
    for data, found in (
        ({}, ("/configuration", "required")),
        ({"configuration": BY_PLAN, "colour": 1}, ("/colour", "unknown_property")),
        ({"configuration": BY_PLAN, "name": " "}, ("/name", "required")),
        (
            {"configuration": {"groupings": [{"field": "x"}]}},
            ("/configuration/groupings/0/field", "unknown_field"),
        ),
    ):
        with pytest.raises(Invalid) as wrong:
            shop.service.create_run(shop.admin, data)
        assert codes(wrong.value.payload["errors"]) == [found]
    assert shop.service.list_runs(shop.admin)["data"] == []


def test_an_agents_run_counts_whom_they_see(shop: Company):
    ana = shop.agent("ana", "sales")
    run = shop.made(scope=ana, configuration=BY_PLAN)
    assert table(result(shop, run, scope=ana)) == {("Gold",): 5, (None,): 5}


def test_a_run_is_its_owners_and_administrators(shop: Company):
    run = shop.made(scope=shop.agent("ana", "sales"), configuration=BY_PLAN)
    bia = shop.agent("bia", "sales")
    with pytest.raises(NotFound) as hidden:
        shop.service.get_run(bia, run["id"])
    with pytest.raises(NotFound) as never_was:
        shop.service.get_run(bia, str(new_id()))
    assert hidden.value.args == never_was.value.args
    assert shop.service.list_runs(bia)["data"] == []
    assert shop.service.get_run(shop.admin, run["id"])["run"]["result"]["customers"] == 10


def test_whoever_has_fewer_rights_by_now_gets_nothing_of_it(shop: Company):
    run = shop.made(scope=shop.agent("ana", "sales", "care"), configuration=BY_PLAN)
    left = shop.agent("ana", "care")
    with pytest.raises(Forbidden, match="run_not_yours_any_more"):
        shop.service.run_file(left, run["id"])
    assert shop.service.get_run(left, run["id"])["run"]["result"] is None


def test_a_result_of_before_contact_data_was_hidden_is_not_shown_any_more(shop: Company):
    ana = shop.agent("ana", "sales")
    run = shop.made(scope=ana, configuration=BY_PLAN)
    shop.customers.masked = True
    with pytest.raises(Forbidden, match="run_not_yours_any_more"):
        shop.service.run_file(ana, run["id"])


def test_rights_are_those_of_each_step(shop: Company):
    ana = shop.agent("ana", "sales", "care")
    shop.customers.meanwhile = [lambda: None, lambda: None, lambda: shop.agent("ana", "care")]
    run = shop.made(scope=ana, configuration=BY_PLAN)
    now = shop.agent("ana", "care")
    assert shop.service.get_run(now, run["id"])["run"]["result"] is None
    with pytest.raises(Forbidden):
        shop.service.run_file(now, run["id"])


def test_whoever_is_gone_gets_no_report(shop: Company):
    ana = shop.agent("ana", "sales")
    asked = shop.service.create_run(ana, {"configuration": BY_PLAN})["run"]
    shop.deactivate("ana")
    shop.work_off()
    run = shop.service.get_run(shop.admin, asked["id"])["run"]
    assert (run["status"], run["problem"]["code"]) == ("failed", "reports_forbidden")


def test_a_run_that_is_cancelled_has_no_result(shop: Company):
    asked = shop.service.create_run(shop.admin, {"configuration": BY_PLAN})["run"]
    with pytest.raises(Conflict, match="run_not_ready"):
        shop.service.run_file(shop.admin, asked["id"])
    assert shop.service.cancel_run(shop.admin, asked["id"])["run"]["status"] == "cancelled"
    shop.work_off()
    with pytest.raises(NotFound, match="run_gone"):
        shop.service.run_file(shop.admin, asked["id"])


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process goes on after each step."""
    prepare = MakeReport.prepare

    def of_another(handler: MakeReport, run: Run) -> gathering.Gathering:
        return prepare(MakeReport(), run)

    monkeypatch.setattr(MakeReport, "prepare", of_another)


def ranges(company: Company) -> int:
    """How many were counted."""
    return sum(1 for _, more in company.customers.calls if more.get("size"))


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


def test_results_go_after_a_day_and_what_nobody_names_too(shop: Company):
    run = shop.made(configuration=BY_PLAN)
    kept = [each.key for each in shop.storage.list(kinds.FOLDER)]
    assert len(kept) == 2
    shop.service.queue_sweep()
    shop.work_off()
    assert [each.key for each in shop.storage.list(kinds.FOLDER)] == kept
    shop.run("UPDATE report_run SET expires_at = now() - interval '1 second'")
    with pytest.raises(NotFound, match="run_gone"):
        shop.service.run_file(shop.admin, run["id"])
    shop.service.queue_sweep()
    shop.service.queue_sweep()
    assert len(shop.rows("SELECT 1 FROM job WHERE kind = :kind AND finished_at IS NULL", kind=SWEEP)) == 1
    shop.work_off()
    assert list(shop.storage.list(kinds.FOLDER)) == []
    assert shop.service.get_run(shop.admin, run["id"])["run"]["result"] is None
    shop.run("UPDATE report_run SET created_at = created_at - interval '31 days'")
    shop.service.queue_sweep()
    shop.work_off()
    assert shop.service.list_runs(shop.admin)["data"] == []
