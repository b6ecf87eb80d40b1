"""Reports made in the background, by the code that workers run."""

from __future__ import annotations

import csv
import io

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from services.reports.running import kinds
from services.reports.sweeping.kinds import SWEEP
from services.reports.tests.company import BY_PLAN, Company, codes, table
from services.reports.tests.running.made import VALUES, ranges, result


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
