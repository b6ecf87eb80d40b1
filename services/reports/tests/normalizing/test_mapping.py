"""Values are mapped first, then counted: what is joined, by what, and how it is called."""

from __future__ import annotations

from services.reports.tests.configuring.fields import PLAN, TAGS
from services.reports.tests.normalizing.columns import by, grouping, mapped, rules, together


def test_what_people_type_is_called_as_most_of_them_write_it():
    column = {"muito caro": 3, "Muito caro": 5, "MUITO  CARO ": 1, "sem dinheiro": 2}
    assert together(column, grouping()) == {
        "Muito caro": {"muito caro", "Muito caro", "MUITO  CARO "},
        "sem dinheiro": {"sem dinheiro"},
    }
    assert by(column, grouping()) == {"Muito caro": "auto", "sem dinheiro": "none"}


def test_of_two_as_frequent_the_smaller_text_is_shown():
    assert list(together({"vip": 2, "VIP": 2}, grouping())) == ["VIP"]


def test_spaces_that_nobody_sees_are_not_shown_and_counted_with_the_rest():
    assert list(together({"VIP ": 2, " VIP": 2, "vip": 3}, grouping())) == ["VIP"]
    assert list(together({" alone\t": 1}, grouping())) == ["alone"]


def test_spellings_are_told_the_most_frequent_first():
    assert mapped({"vip": 1, "VIP": 9, "Vip": 3}, grouping()).values[0].spellings == ("VIP", "Vip", "vip")


def test_without_normalizing_everything_stands_for_itself():
    column = {"VIP": 1, "vip": 1, "VIP ": 1}
    assert together(column, grouping(normalize=False)) == {text: {text} for text in column}


def test_a_blank_text_is_no_value():
    result = mapped({"": 1, "  \t": 1, "x": 1}, grouping())
    assert (result.codes, result.empty) == ([-1, -1, 0], -1)


def test_an_invisible_text_is_a_value_of_its_own():
    assert len(mapped({"\u200b": 1, "x": 1}, grouping()).values) == 2


def test_somebody_joins_spellings_and_whatever_is_written_like_them():
    column = {"caro": 2, "CARO!": 1, "expensive": 1, "price": 1, "Price": 1, "depois": 1}
    part = grouping(join={"Price": ["caro", "expensive"]})
    assert together(column, part) == {
        "Price": {"caro", "CARO!", "expensive", "price", "Price"},
        "depois": {"depois"},
    }
    assert by(column, part) == {"Price": "own", "depois": "none"}


def test_without_normalizing_only_what_is_written_so_is_joined():
    part = grouping(normalize=False, join={"Price": ["caro"]})
    assert together({"caro": 1, "Caro": 1, "Price": 1}, part) == {
        "Price": {"caro", "Price"},
        "Caro": {"Caro"},
    }


def test_a_name_that_was_joined_to_another_is_a_spelling_of_that():
    part = grouping(join={"Money": ["Price"], "Price": ["caro"]})
    assert together({"Price": 1, "price": 1, "caro": 1}, part) == {
        "Money": {"Price", "price"},
        "Price": {"caro"},
    }


def test_what_somebody_splits_stands_alone_however_it_is_written_otherwise():
    part = grouping(split=["VIP"])
    assert together({"VIP": 5, "vip": 1, "Vip": 2}, part) == {"VIP": {"VIP"}, "Vip": {"vip", "Vip"}}
    assert by({"VIP": 5, "vip": 1}, part) == {"VIP": "own", "vip": "none"}


def test_what_stands_alone_stays_so_even_if_another_is_shown_alike():
    result = mapped({"VIP": 1, " VIP": 1}, grouping(split=["VIP"]))
    assert [value.label for value in result.values] == ["VIP", "VIP"]
    assert result.codes[0] != result.codes[1]


def test_a_value_is_renamed_however_its_name_is_written():
    part = grouping(rename={"vip": "Very important"})
    assert together({"VIP": 9, "vip": 1}, part) == {"Very important": {"VIP", "vip"}}
    exact = grouping(normalize=False, rename={"vip": "Very important"})
    assert together({"VIP": 9, "vip": 1}, exact) == {"VIP": {"VIP"}, "Very important": {"vip"}}


def test_a_join_and_an_alias_are_renamed_too():
    part = grouping(
        join={"Price": ["caro"]}, aliases=["countries"], rename={"price": "Money", "Brazil": "Brasil"}
    )
    assert set(together({"caro": 1, "BR": 1}, part)) == {"Money", "Brasil"}


def test_values_that_are_called_alike_are_one():
    part = grouping(rename={"caro": "Price", "price": "Price"})
    assert together({"caro": 1, "price": 1}, part) == {"Price": {"caro", "price"}}
    joined = grouping(join={"Brazil": ["Terra brasilis"]}, aliases=["countries"], normalize=False)
    assert together({"Terra brasilis": 1, "BR": 1}, joined) == {"Brazil": {"Terra brasilis", "BR"}}
    assert by({"Terra brasilis": 1, "BR": 1}, joined) == {"Brazil": "own"}


def test_aliases_are_known_however_they_are_written_and_own_decisions_come_first():
    part = grouping(aliases=["countries"], join={"Latin America": ["BR"]}, split=["U.S.A."])
    column = {"BR": 1, "br": 1, "Brasil": 1, "brazil": 1, "EUA": 1, "usa": 1, "U.S.A.": 1, "Atlantis": 1}
    assert together(column, part) == {
        "Latin America": {"BR", "br"},
        "Brazil": {"Brasil", "brazil"},
        "United States": {"EUA", "usa"},
        "U.S.A.": {"U.S.A."},
        "Atlantis": {"Atlantis"},
    }
    assert by(column, part)["Brazil"] == "alias"


def test_old_labels_in_a_file_mean_those_of_today():
    part = grouping(PLAN, join={"Paid": ["Gold"]})
    column = {"Gold": 3, "GOLDEN": 1, "Silver": 1}
    assert together(column, part, former={"golden": "Gold"}) == {
        "Paid": {"Gold", "GOLDEN"},
        "Silver": {"Silver"},
    }
    assert together(column, grouping(PLAN), former={"golden": "Gold"}) == {
        "Gold": {"Gold", "GOLDEN"},
        "Silver": {"Silver"},
    }


def test_what_somebody_decided_about_an_old_label_comes_first():
    part = grouping(PLAN, split=["Golden"])
    assert together({"Gold": 1, "Golden": 1}, part, former={"golden": "Gold"}) == {
        "Gold": {"Gold"},
        "Golden": {"Golden"},
    }


def test_numbers_and_truth_values_stay_what_they_are_unless_they_are_joined():
    part = grouping("custom.value", join={"few": ["1", "2"]}, rename={"10": "ten", "few": "Few"})
    values = mapped({1: 1, 2: 1, 10: 1, 2.5: 1}, part).values
    assert [(value.value, value.label) for value in values] == [("Few", "Few"), (10, "ten"), (2.5, "2.5")]
    paid = mapped({True: 1, False: 1}, grouping("custom.paid", rename={"true": "Paid"})).values
    assert [(value.value, value.label) for value in paid] == [(True, "Paid"), (False, "false")]


def test_tags_are_what_they_are_called_unless_somebody_wants_them_unified():
    column = {"VIP": 1, "vip": 1}
    assert len(mapped(column, grouping(TAGS)).values) == 2
    assert len(mapped(column, grouping(TAGS, normalize=True)).values) == 1


def test_nothing_in_nothing_out():
    assert mapped({}, grouping()).values == []
    assert mapped({}, rules({"op": "is_not_set", "as": "None"})).empty == 0
