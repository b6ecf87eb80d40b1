"""Countries and states by all their names, and what is left out because it may mean something else."""

from __future__ import annotations

import pytest

from services.reports.configuring.domain.model import ALIAS_SETS
from services.reports.normalizing.domain.aliases import aliases_of
from services.reports.normalizing.domain.key import key_of


def named(text: str, *sets: str) -> str | None:
    return aliases_of(sets).get(key_of(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Brasil", "Brazil"),
        ("BRAZIL ", "Brazil"),
        ("br", "Brazil"),
        ("BRA", "Brazil"),
        ("U.S.A.", "United States"),
        ("Estados Unidos da América", "United States"),
        ("EE.UU.", "United States"),
        ("E.U.A.", "United States"),
        ("U.A.E.", "United Arab Emirates"),
        ("Deutschland", "Germany"),
        ("Alemanha", "Germany"),
        ("ALEMANIA", "Germany"),
        ("Côte d’Ivoire", "Ivory Coast"),
        ("Türkiye", "Turkey"),
        ("中国", "China"),
        ("Reino Unido", "United Kingdom"),
        ("Holanda", "Netherlands"),
        ("Corea del Sur", "South Korea"),
    ],
)
def test_countries_are_known_by_name_code_and_language(text, name):
    assert named(text, "countries") == name


@pytest.mark.parametrize("text", ["NO", "não", "NA", "n/a", "Congo", "America", "Europe", "", "XX"])
def test_what_may_mean_something_else_is_no_country(text):
    assert named(text, "countries") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SP", "São Paulo"),
        ("sao paulo", "São Paulo"),
        ("São Paulo - SP", "São Paulo"),
        ("RJ/Rio de Janeiro", "Rio de Janeiro"),
        ("Espirito Santo (ES)", "Espírito Santo"),
        ("df", "Distrito Federal"),
        ("Rio", None),
        ("Brasília", None),
    ],
)
def test_states_of_brazil_are_known_by_name_and_code(text, name):
    assert named(text, "brazilian_states") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NY", "New York"),
        ("N.Y.", "New York"),
        ("new york", "New York"),
        ("New York, NY", "New York"),
        ("Calif.", "California"),
        ("Washington, D.C.", "District of Columbia"),
        ("W. Va.", "West Virginia"),
    ],
)
def test_states_of_the_usa_are_known_by_name_code_and_abbreviation(text, name):
    assert named(text, "us_states") == name


def test_what_means_two_things_in_sets_together_means_nothing():
    assert named("PA", "us_states", "brazilian_states") is None
    assert named("PA", "us_states") == "Pennsylvania"
    assert named("Pará", "us_states", "brazilian_states") == "Pará"
    assert named("CA", "countries", "us_states") is None


def test_all_sets_have_all_their_members_and_names_mean_themselves():
    sizes = {name: len(set(aliases_of([name]).values())) for name in ALIAS_SETS}
    assert sizes == {"countries": 249, "brazilian_states": 27, "us_states": 52}
    for name in ALIAS_SETS:
        known = aliases_of([name])
        assert {shown: known.get(key_of(shown)) for shown in known.values()} == {n: n for n in known.values()}


def test_every_code_of_a_country_is_known_but_two():
    codes = {key for key in aliases_of(["countries"]) if len(key) == 2 and key.isascii()}
    # UK is no code, and yet what people write.
    assert len(codes - {"uk"}) == 249 - 2
