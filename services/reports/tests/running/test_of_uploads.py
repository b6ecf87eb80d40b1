"""Reports of an uploaded file: equal to those of the customers that it was made of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.ids import new_id
from services.reports.tests.company import BY_PLAN, Company, codes, table
from services.reports.uploads import access

Json = dict[str, Any]
CONFIGURATIONS: list[Json] = [
    BY_PLAN,
    {"groupings": [{"field": "tags"}, {"field": "custom.reason"}], "subtotals": True},
    {
        "groupings": [{"field": "custom.reason"}],
        "subdivisions": [{"field": "custom.plan"}],
        "percent": ["row"],
    },
    {"groupings": [{"field": "custom.plan"}], "total": {"op": "average", "field": "custom.value"}},
    {"groupings": [{"field": "tags", "count": "mentions", "top": 1}]},
]


@pytest.fixture
def shop(company: Company) -> Company:
    """Some of each kind, two teams."""
    for n in range(12):
        plan = [company.customers.option("Gold"), company.customers.option("Silver"), None][n % 3]
        company.customers.add(
            company.team("sales" if n < 8 else "care"),
            plan=plan,
            reason=["Too expensive", "too expensive!", "No time", None][n % 4],
            value=[1, 2.5, None][n % 3],
            tags=["VIP", "new", "vip "][: n % 4],
            email=f"person{n}@example.com",
        )
    return company


def export_of(company: Company) -> str:
    """What an export of everybody writes."""
    people = company.customers.people
    fields = ("tags", "email", "custom.plan", "custom.reason", "custom.value")
    return json.dumps(
        [
            {"id": each.id, **{field: company.customers._value(each, field) for field in fields}}
            for each in people
        ]
    )


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_the_same_report_of_a_file_and_of_customers_is_equal_cell_by_cell(shop: Company, configuration: Json):
    upload = shop.upload(export_of(shop))
    of_file = shop.preview(configuration, source={"upload": upload})
    of_customers = shop.preview(configuration)
    for part in ("source", "as_of"):
        del of_file[part], of_customers[part]
    assert of_file == of_customers


def test_an_agents_report_leaves_out_rows_of_whom_they_may_not_see(shop: Company):
    ana = shop.agent("ana", "sales")
    nobody = {"id": str(new_id()), "custom.plan": "Gold"}
    rows = [*json.loads(export_of(shop)), nobody, {"custom.plan": "Gold"}]
    upload = shop.upload(json.dumps(rows), scope=ana)
    source = {"upload": upload}
    assert table(shop.preview(source=source, scope=ana)) == {("Gold",): 4, ("Silver",): 3, (None,): 2}
    assert shop.preview(source=source)["customers"] == 14
    seen = shop.service.get_upload(ana, upload)["upload"]
    assert (seen["rows"], seen["dropped"]) == (9, 5)
    assert shop.preview(source=source, scope=ana)["source"]["rows"] == 9


def test_rows_are_not_asked_about_any_more_when_somebody_has_asked_again(
    shop: Company, monkeypatch: pytest.MonkeyPatch
):
    ana = shop.agent("ana", "sales")
    asked: Json = {"source": {"upload": shop.upload(export_of(shop), scope=ana)}, "scope": ana, "form": "tab"}
    expected = shop.preview(**asked)
    monkeypatch.setattr(access, "AT_ONCE", 8)
    bits, later, parts = shop.customers._visible_bits, [], []

    def in_between(scope: Json, ids: str) -> Json:
        parts.append(ids)
        if len(parts) == 1:
            later.append(shop.preview(**asked))
        return bits(scope, ids)

    monkeypatch.setattr(shop.customers, "_visible_bits", in_between)
    with pytest.raises(Conflict, match="superseded"):
        shop.preview(**asked)
    assert later == [expected]
    assert len(parts) == 3  # of two parts the first, and both of whoever asked last


def test_a_run_of_a_file_comes_to_what_a_preview_shows(shop: Company):
    ana = shop.agent("ana", "sales")
    source = {"upload": shop.upload(export_of(shop), scope=ana)}
    run = shop.made(scope=ana, configuration=BY_PLAN, source=source)
    file = shop.service.run_file(ana, run["id"])["file"]
    assert json.loads(shop.stored(file)) == shop.preview(source=source, scope=ana)


def test_somebody_elses_file_is_none(shop: Company):
    upload = shop.upload(export_of(shop), scope=shop.agent("ana", "sales"))
    with pytest.raises(NotFound, match="upload_not_found"):
        shop.preview(source={"upload": upload}, scope=shop.agent("bia", "sales"))


def test_a_file_that_was_not_read_yet_is_no_source(shop: Company):
    asked = shop.service.create_upload(shop.admin, shop.put("[]"))
    with pytest.raises(Conflict, match="upload_not_ready"):
        shop.preview(source={"upload": asked["upload"]["id"]})


def test_columns_with_contact_data_are_hidden_from_whom_it_is_hidden(shop: Company):
    ana = shop.agent("ana", "sales")
    source = {"upload": shop.upload(export_of(shop), scope=ana)}
    by_email = {"groupings": [{"field": "email"}]}
    assert len(table(shop.preview(by_email, source=source, scope=ana))) == 8
    shop.customers.masked = True
    with pytest.raises(Invalid) as hidden:
        shop.preview(by_email, source=source, scope=ana)
    assert codes(hidden.value.payload["errors"]) == [("/configuration/groupings/0/field", "field_hidden")]
    assert shop.preview(source=source, scope=ana)["customers"] == 8


def test_a_file_that_is_older_than_a_rename_means_the_label_of_today(shop: Company):
    source = {"upload": shop.upload(export_of(shop))}
    before = table(shop.preview(source=source))
    shop.hear(shop.rename_option("Gold", "Golden"))
    assert table(shop.preview(source=source)) == {
        (("Golden",) if row == ("Gold",) else row): total for row, total in before.items()
    }


def test_what_a_template_joins_it_joins_in_older_files_too(shop: Company):
    source = {"upload": shop.upload(json.dumps([{"custom.plan": "Gold"}, {"custom.plan": "Or"}]))}
    joined = {"groupings": [{"field": "custom.plan", "join": {"Best": ["Gold", "Or"]}}]}
    template = shop.keep("Plans", joined, source=source)
    shop.hear(shop.rename_option("Gold", "Golden"))
    assert table(shop.service.configuration_result(shop.admin, template["id"])) == {("Best",): 2}


def test_a_file_with_old_tags_means_those_of_today_unless_there_is_a_new_one_of_that_name(company: Company):
    source = {"upload": company.upload(json.dumps([{"tags": ["Best", "new"]}]))}
    by_tag = {"groupings": [{"field": "tags"}]}
    company.hear(company.rename_tag("Best", "Top"))
    assert table(company.preview(by_tag, source=source)) == {("Top",): 1, ("new",): 1}
    company.customers.add(company.team("sales"), tags=["best"])
    assert table(company.preview(by_tag, source=source)) == {("Best",): 1, ("new",): 1}


def test_a_template_goes_on_to_another_file(shop: Company):
    first, second = (shop.upload(json.dumps([{"Motivo": text}])) for text in ("caro", "Caro!"))
    template = shop.keep("Reasons", {"groupings": [{"field": "Motivo"}]}, source={"upload": first})
    assert template["warnings"] == []
    one = shop.service.configuration_result(shop.admin, template["id"])
    other = shop.service.configuration_result(shop.admin, template["id"], {"upload": second})
    assert [table(one), table(other)] == [{("caro",): 1}, {("Caro!",): 1}]
    with pytest.raises(Invalid) as wrong:
        shop.service.configuration_result(shop.admin, template["id"], {})
    assert codes(wrong.value.payload["errors"]) == [("/configuration/groupings/0/field", "unknown_field")]


def test_a_template_of_somebody_elses_file_is_refused(shop: Company):
    upload = shop.upload("[]", scope=shop.agent("ana", "sales"))
    with pytest.raises(NotFound, match="upload_not_found"):
        shop.keep("Mine", scope=shop.agent("bia", "sales"), source={"upload": upload})


def test_a_templates_table_is_text_too(shop: Company):
    template = shop.keep("Plans")
    told = shop.service.configuration_result(shop.admin, template["id"], csv={"separator": ";"})
    assert told["filename"] == "Plans.csv"
    assert told["csv"].splitlines()[0].endswith('"Plan";"Total"')
    with pytest.raises(Invalid) as wrong:
        shop.service.configuration_result(shop.admin, template["id"], csv={"separator": "x"})
    assert codes(wrong.value.payload["errors"]) == [("/separator", "unknown_separator")]


def test_a_template_that_names_a_removed_field_says_so(shop: Company):
    template = shop.keep("Reasons", {"groupings": [{"field": "custom.plan"}, {"field": "custom.reason"}]})
    del shop.customers.fields["custom.reason"]
    with pytest.raises(Invalid) as wrong:
        shop.service.configuration_result(shop.admin, template["id"])
    assert codes(wrong.value.payload["errors"]) == [("/configuration/groupings/1/field", "field_removed")]
