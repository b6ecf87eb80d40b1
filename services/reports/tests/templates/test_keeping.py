"""What people do with templates, on the real database."""

from __future__ import annotations

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from servicekit.ids import new_id
from services.reports.tests.company import BY_PLAN, Company, codes


def test_a_template_is_kept_and_shown_again(company: Company):
    made = company.keep("Plans", source={"q": "maria"})
    assert made["configuration"]["groupings"][0]["field"] == "custom.plan"
    assert (made["mine"], made["owner"], made["version"]) == (True, company.admin["user_id"], 1)
    assert (made["source"], made["shared"], made["warnings"]) == ({"q": "maria"}, None, [])
    assert company.get(made) == made


def test_the_same_request_makes_one_template(company: Company):
    data, key = {"name": "Plans", "configuration": BY_PLAN}, {"key": "k", "hash": "h"}
    first = company.service.create_configuration(company.admin, data, key)
    again = company.service.create_configuration(company.admin, data, key)
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["configuration"] == again["configuration"]
    assert company.names(company.admin) == ["Plans"]


def test_all_that_is_wrong_is_named(company: Company):
    with pytest.raises(Invalid) as wrong:
        company.service.create_configuration(company.admin, {"colour": 1, "shared": "nobody"})
    assert set(codes(wrong.value.payload["errors"])) == {
        ("/colour", "unknown_property"),
        ("/name", "required"),
        ("/configuration", "required"),
        ("/shared", "invalid_sharing"),
    }


def test_a_configuration_is_of_the_fields_of_today(company: Company):
    with pytest.raises(Invalid) as wrong:
        company.keep("Plans", {"groupings": [{"field": "custom.shoe_size"}]})
    assert codes(wrong.value.payload["errors"]) == [("/configuration/groupings/0/field", "unknown_field")]


def test_a_template_keeps_no_customers_picked_one_by_one(company: Company):
    with pytest.raises(Invalid) as wrong:
        company.keep("Plans", source={"ids": [str(new_id())]})
    assert codes(wrong.value.payload["errors"]) == [("/source/ids", "not_kept")]


def test_a_name_is_used_once_whatever_its_case(company: Company):
    first = company.keep("Plans")
    with pytest.raises(Conflict) as known:
        company.keep("PLÁNS")
    assert known.value.args == (
        "configuration_exists",
        {"configuration": {"id": first["id"], "name": "Plans"}},
    )
    company.keep("Plans", scope=company.agent("ana", "sales"))


def test_what_is_shared_with_a_team_is_seen_by_it_and_by_administrators(company: Company):
    ana, bia, rui = company.agent("ana", "sales"), company.agent("bia", "sales"), company.agent("rui", "care")
    made = company.keep("Plans", scope=ana, shared={"team": company.team("sales")})
    assert [company.names(who) for who in (ana, bia, rui, company.admin)] == [
        ["Plans"],
        ["Plans"],
        [],
        ["Plans"],
    ]
    assert (company.get(made, scope=bia)["mine"], company.get(made, scope=bia)["owner"]) == (
        False,
        ana["user_id"],
    )
    with pytest.raises(NotFound) as hidden:
        company.get(made, scope=rui)
    with pytest.raises(NotFound) as never_was:
        company.service.get_configuration(rui, str(new_id()))
    assert hidden.value.args == never_was.value.args


def test_what_is_shared_with_nobody_is_its_owners(company: Company):
    made = company.keep("Plans", scope=company.agent("ana", "sales"))
    with pytest.raises(NotFound):
        company.get(made, scope=company.admin)


def test_only_administrators_share_with_all_and_agents_with_their_own_teams(company: Company):
    ana, care = company.agent("ana", "sales"), company.team("care")
    with pytest.raises(Forbidden, match="administrators_only"):
        company.keep("Plans", scope=ana, shared="all")
    with pytest.raises(Invalid) as foreign:
        company.keep("Plans", scope=ana, shared={"team": care})
    assert codes(foreign.value.payload["errors"]) == [("/shared/team", "unknown_team")]
    company.keep("Everything", shared="all")
    assert company.names(ana) == ["Everything"]


def test_its_owner_and_administrators_change_it(company: Company):
    ana, bia = company.agent("ana", "sales"), company.agent("bia", "sales")
    made = company.keep("Plans", scope=ana, shared={"team": company.team("sales")})
    with pytest.raises(Forbidden, match="owner_only"):
        company.service.update_configuration(bia, made["id"], {"name": "Mine"})
    with pytest.raises(Forbidden, match="owner_only"):
        company.service.delete_configuration(bia, made["id"])
    changed = company.service.update_configuration(company.admin, made["id"], {"name": "Plans of all"}, 1)
    assert (changed["configuration"]["name"], changed["configuration"]["version"]) == ("Plans of all", 2)
    company.service.delete_configuration(ana, made["id"], 2)
    assert company.names(ana) == []


def test_whoever_saw_an_older_version_is_shown_the_present_one(company: Company):
    made = company.keep("Plans")
    now = company.service.update_configuration(company.admin, made["id"], {"name": "Plans today"}, 1)
    with pytest.raises(Stale) as stale:
        company.service.update_configuration(company.admin, made["id"], {"name": "Other"}, 1)
    assert stale.value.payload["current"] == now["configuration"]


def test_what_changes_nothing_makes_no_version(company: Company):
    made = company.keep("Plans")
    again = company.service.update_configuration(company.admin, made["id"], {"configuration": BY_PLAN})
    assert again["configuration"] == made


def test_a_copy_is_the_callers_own_and_shared_with_nobody(company: Company):
    made = company.keep("Plans", shared="all")
    ana = company.agent("ana", "sales")
    copies = [company.service.duplicate_configuration(ana, made["id"])["configuration"] for _ in range(2)]
    assert [each["name"] for each in copies] == ["Plans (copy)", "Plans (copy 2)"]
    assert {each["owner"] for each in copies} == {ana["user_id"]}
    assert [each["shared"] for each in copies] == [None, None]
    named = company.service.duplicate_configuration(ana, made["id"], {"name": "Ana's"})["configuration"]
    assert (named["name"], named["configuration"]) == ("Ana's", made["configuration"])


def test_pages_go_on_where_the_last_one_ended(company: Company):
    for name in ("a", "b", "c"):
        company.keep(name)
    first = company.service.list_configurations(company.admin, limit=2)
    second = company.service.list_configurations(company.admin, limit=2, cursor=first["next"])
    assert [each["name"] for page in (first, second) for each in page["data"]] == ["a", "b", "c"]
    assert second["next"] is None


def test_a_template_goes_by_the_labels_of_today(company: Company):
    made = company.keep("Plans", {"groupings": [{"field": "custom.plan", "join": {"Best": ["Gold", "Or"]}}]})
    company.rename_option("Gold", "Golden")
    assert company.get(made)["configuration"]["groupings"][0]["join"] == {"Best": ["Golden", "Or"]}


def test_a_template_says_what_it_names_in_vain(company: Company):
    made = company.keep(
        "Plans",
        {
            "groupings": [{"field": "custom.plan", "split": ["Gold"]}, {"field": "custom.reason"}],
            "total": {"op": "sum", "field": "custom.value"},
        },
    )
    del company.customers.options[company.customers.option("Gold")]
    del company.customers.fields["custom.value"]
    company.customers.archived.add("custom.reason")
    assert codes(company.get(made)["warnings"]) == [
        ("/configuration/groupings/0", "option_removed"),
        ("/configuration/groupings/1/field", "field_archived"),
        ("/configuration/total/field", "field_removed"),
    ]


def test_what_names_contact_data_is_for_nobody_from_whom_it_is_hidden(company: Company):
    ana = company.agent("ana", "sales")
    for name, configuration, source in (
        ("grouped", {"groupings": [{"field": "email"}]}, None),
        ("filtered", BY_PLAN, {"filter": {"and": [{"field": "email", "op": "eq", "value": "a@x.test"}]}}),
        ("searched", BY_PLAN, {"q": "a@x.test"}),
        ("harmless", BY_PLAN, {"q": "maria"}),
    ):
        company.keep(name, configuration, source=source, shared="all")
    assert company.names(ana) == ["filtered", "grouped", "harmless", "searched"]
    own = company.keep(
        "own", {"groupings": [{"field": "email"}]}, scope=ana, shared={"team": company.team("sales")}
    )
    company.customers.masked = True
    copy = company.service.duplicate_configuration(company.admin, own["id"])["configuration"]
    assert company.names(ana) == company.names(company.agent("bia", "sales")) == ["harmless"]
    with pytest.raises(NotFound):
        company.get(own, scope=ana)
    assert copy["name"] in company.names(company.admin)
    company.customers.masked = False
    assert "own" in company.names(ana)


def test_connectors_make_no_reports(company: Company):
    with pytest.raises(Forbidden, match="not_for_connectors"):
        company.service.list_configurations({**company.admin, "role": "connector"})
