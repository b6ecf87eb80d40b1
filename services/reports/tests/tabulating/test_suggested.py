"""What an answer says that somebody may want to join, and where."""

from services.reports.configuring.domain.model import Configuration, Grouping, Subdivision
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame
from services.reports.tests.tabulating.building import frame_of

CITIES = ("São Paulo", "São Paulo", "São Paolo", "Curitiba", "Salvador")
FRAME = frame_of([{"city": city, "plan": "gold"} for city in CITIES])


def _answer(**more):
    city = {"field": "city", "normalize": True, **more}
    parts = {"groupings": (Grouping(field="plan"),), "subdivisions": (Subdivision(**city),)}
    return tabulate(Frame.load(FRAME), Configuration(**parts))


def test_near_spellings_are_suggested_at_their_place_and_not_joined():
    answer = _answer()
    [near] = answer["suggestions"]
    assert (near["at"], near["kind"], near["values"]) == (
        "/subdivisions/0",
        "near",
        ["São Paulo", "São Paolo"],
    )
    assert 0.8 <= near["score"] < 1
    assert {"São Paulo", "São Paolo"} <= answer["rows"][0]["cells"].keys()


def test_what_is_joined_is_suggested_no_more():
    joined = _answer(join={"São Paulo": ("São Paolo",)})
    assert joined["suggestions"] == []
    assert joined["rows"][0]["cells"]["São Paulo"] == 3
