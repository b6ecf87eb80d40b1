"""A report of what stands in a form at this moment, of live customers."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid
from services.reports.running import asking
from services.reports.tests.company import BY_PLAN, Company, codes, table
from services.reports.tests.customers import superseded

Json = dict[str, Any]


@pytest.fixture
def shop(company: Company) -> Company:
    """Three customers of sales, one of care."""
    sales, care, gold = company.team("sales"), company.team("care"), company.customers.option("Gold")
    company.customers.add(sales, plan=gold, reason="Too expensive", value=10, tags=["VIP", "vip "])
    company.customers.add(sales, plan=gold, reason="too  expensive!", value=5, email="a@x.test")
    company.customers.add(sales, reason="No time", tags=["vip"])
    company.customers.add(care, plan=company.customers.option("Silver"), value=2.5, status="inactive")
    return company


def test_customers_are_counted_by_what_they_have(shop: Company):
    answer = shop.preview()
    assert table(answer) == {("Gold",): 2, ("Silver",): 1, (None,): 1}
    assert (answer["grand_total"], answer["customers"]) == (4, 4)
    assert answer["source"] == {"kind": "customers"}
    assert answer["as_of"] == "2026-11-22T12:00:00Z"


def test_spellings_are_one_value_and_a_customer_counts_once(shop: Company):
    answer = shop.preview({"groupings": [{"field": "custom.reason"}]})
    assert table(answer) == {("Too expensive",): 2, ("No time",): 1, (None,): 1}
    by_tag = {"groupings": [{"field": "tags", "normalize": True}]}
    assert table(shop.preview(by_tag)) == {("vip",): 2, (None,): 2}


def test_numbers_are_added_up(shop: Company):
    total = {"op": "sum", "field": "custom.value"}
    answer = shop.preview({**BY_PLAN, "total": total})
    assert table(answer) == {("Gold",): 15, ("Silver",): 2.5, (None,): None}
    assert answer["grand_total"] == 17.5


def test_an_agent_counts_whom_they_see(shop: Company):
    ana = shop.agent("ana", "sales")
    assert table(shop.preview(scope=ana)) == {("Gold",): 2, (None,): 1}


def test_a_selection_narrows_it(shop: Company):
    source = {"filter": {"field": "status", "op": "eq", "value": "inactive"}}
    answer = shop.preview(source=source)
    assert table(answer) == {("Silver",): 1}
    assert answer["source"] == {"kind": "customers", **source}


def test_a_tree_is_told_from_its_root(shop: Company):
    answer = shop.preview(shape="tree")
    assert "rows" not in answer
    assert (answer["tree"]["total"], len(answer["tree"]["children"])) == (4, 3)


def test_what_is_wrong_is_told_where_it_was_sent(shop: Company):
    for asked, found in (
        ({"source": {"saved_filter": "x"}}, ("/source/saved_filter", "unknown_saved_filter")),
        ({"source": {"colour": 1}}, ("/source/colour", "unknown_property")),
        ({"source": {"ids": [], "q": "x"}}, ("/source", "ambiguous_source")),
        ({"shape": "round"}, ("/shape", "unknown_shape")),
        ({"form": ""}, ("/form", "invalid_form")),
        ({"configuration": {"groupings": []}}, ("/configuration/groupings", "required")),
    ):
        with pytest.raises(Invalid) as wrong:
            shop.preview(**asked)
        assert codes(wrong.value.payload["errors"]) == [found]


def test_a_field_that_customers_refuse_is_told_where_it_was_sent(shop: Company):
    shop.customers.most_groups = 0
    with pytest.raises(Invalid) as wrong:
        shop.preview()
    assert codes(wrong.value.payload["errors"]) == [("/configuration/groupings", "too_many_groups")]


def test_contact_data_that_is_hidden_is_no_field(shop: Company):
    shop.customers.masked = True
    by_email, ana = {"groupings": [{"field": "email"}]}, shop.agent("ana", "sales")
    with pytest.raises(Invalid) as hidden:
        shop.preview(by_email, scope=ana)
    assert codes(hidden.value.payload["errors"]) == [("/configuration/groupings/0/field", "field_hidden")]
    assert shop.preview(by_email)["customers"] == 4


def test_the_form_is_told_so_that_customers_give_up_what_it_asked_before(shop: Company):
    shop.preview(form="tab 1")
    assert [more["form"] for method, more in shop.customers.calls if method == "aggregate"] == ["tab 1"]
    shop.customers.meanwhile.append(superseded)
    with pytest.raises(Conflict, match="superseded"):
        shop.preview(form="tab 1")


def test_the_last_question_of_a_form_is_answered_though_an_earlier_one_is_counted_later(shop: Company):
    later: list[Json] = []
    shop.customers.meanwhile.append(lambda: later.append(shop.preview(form="tab 1")))
    with pytest.raises(Conflict, match="superseded"):
        shop.preview(form="tab 1")
    assert later == [shop.preview(form="tab 1")]


def test_what_was_given_up_asks_nobody_any_more(shop: Company, monkeypatch: pytest.MonkeyPatch):
    facts = shop.customers._report_facts
    later: list[Json] = []

    def while_it_is_asked(scope: Json) -> Json:
        monkeypatch.undo()
        later.append(shop.preview(form="tab 1"))
        return facts(scope)

    monkeypatch.setattr(shop.customers, "_report_facts", while_it_is_asked)
    with pytest.raises(Conflict, match="superseded"):
        shop.preview(form="tab 1")
    assert len(later) == 1
    assert [method for method, _ in shop.customers.calls] == ["report_facts", "report_facts", "aggregate"]


def test_other_forms_are_answered_meanwhile(shop: Company):
    ana, others = shop.agent("ana", "sales"), []
    for more in ({"form": "tab 2"}, {}, {"form": "tab 1", "scope": ana}):
        shop.customers.meanwhile.append(lambda more=more: others.append(shop.preview(**more)))
    assert shop.preview(form="tab 1")["customers"] == 4
    assert [each["customers"] for each in others] == [3, 4, 4]


def test_what_fits_into_no_message_is_for_a_run(shop: Company, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asking, "MAX_BYTES", 100)
    with pytest.raises(Invalid) as wrong:
        shop.preview()
    assert codes(wrong.value.payload["errors"]) == [("/configuration/groupings/0", "too_many_rows")]


def test_connectors_make_no_reports(shop: Company):
    with pytest.raises(Forbidden, match="not_for_connectors"):
        shop.preview(scope={**shop.admin, "role": "connector"})
