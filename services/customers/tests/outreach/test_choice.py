"""Over which address and from which account a conversation begins, and for which team."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from identity import normalise
from servicekit.errors import Conflict, Invalid
from servicekit.ids import new_id
from servicekit.scope import ADMIN, AGENT, Scope
from services.customers.outreach.domain.account import Account
from services.customers.outreach.domain.address import Route, choose
from services.customers.outreach.domain.team import team_of
from services.customers.outreach.domain.wanted import Wanted, read
from services.customers.registry.domain.contacts import Point

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAIN, OTHER = Account("whatsapp", "acme-main"), Account("whatsapp", "acme-other")


def a_point(kind: str, value: str, *, scope: str = "", primary: bool = False, age: int = 0) -> Point:
    contact = normalise(kind, value, scope=scope, lenient=True)
    return Point(
        id=new_id(),
        kind=kind,
        value=contact.value,
        raw=contact.raw,
        identity=contact.identity,
        created_at=NOON - timedelta(days=age),
        scope=scope,
        primary=primary,
    )


PHONE = a_point("phone", "+5511912345678", primary=True)
WHATSAPP = a_point("whatsapp", "+5511987654321", primary=True)
LID = a_point("whatsapp", "8812@lid", scope="acme-main")
EMAIL = a_point("email", "ana@example.com", primary=True)


def route(points: list[Point], channel: str, **more: object) -> Route:
    latest, only = more.pop("latest", None), more.pop("only", Account(channel, "only"))
    return choose(tuple(points), Wanted(channel, **more), latest=latest, only=only)  # type: ignore[arg-type]


def fault(error: pytest.ExceptionInfo[Invalid]) -> tuple[str, str]:
    (first,) = error.value.payload["errors"]
    return first["pointer"], first["code"]


@pytest.mark.parametrize(
    ("channel", "points", "chosen"),
    [
        ("whatsapp", [PHONE, WHATSAPP], WHATSAPP),
        ("whatsapp", [PHONE, EMAIL], PHONE),
        ("whatsapp", [LID, WHATSAPP], WHATSAPP),
        ("phone", [WHATSAPP, PHONE], PHONE),
        ("sms", [WHATSAPP, EMAIL], WHATSAPP),
        ("voice", [LID, WHATSAPP], WHATSAPP),
        ("email", [PHONE, EMAIL], EMAIL),
    ],
)
def test_the_best_kind_for_the_channel_is_written_to(channel: str, points: list[Point], chosen: Point):
    assert route(points, channel).point == chosen
    assert route(points[::-1], channel).point == chosen


@pytest.mark.parametrize(
    ("channel", "points"),
    [
        ("email", [PHONE]),
        ("sms", [EMAIL, LID]),
        ("instagram", [PHONE, EMAIL]),
        ("webchat", [PHONE]),
        ("sms", []),
    ],
)
def test_without_a_fitting_address_there_is_no_conversation(channel: str, points: list[Point]):
    with pytest.raises(Conflict, match="no_address"):
        route(points, channel)


def test_the_primary_one_of_a_kind_is_written_to_else_the_oldest():
    young, old = a_point("email", "new@x.com", age=1), a_point("email", "old@x.com", age=9)
    assert route([young, old], "email").point == old
    assert route([young, old, EMAIL], "email").point == EMAIL


def test_an_id_is_used_by_the_account_that_issued_it():
    mine = a_point("instagram", "111", scope="acme", age=1)
    others = a_point("instagram", "222", scope="acme-br", primary=True)
    nobodys = a_point("instagram", "333", age=9)
    acme = Account("instagram", "acme")
    assert route([others, nobodys, mine], "instagram", account=acme) == Route(mine, acme)
    assert route([others, nobodys], "instagram", account=acme) == Route(nobodys, acme)
    with pytest.raises(Conflict, match="no_address"):
        route([others], "instagram", account=acme)


def test_a_channel_of_our_own_reaches_people_by_external_ids():
    visitor = a_point("external", "v-1", scope="shop")
    shop = Account("webchat", "shop")
    assert route([PHONE, visitor], "webchat", account=shop) == Route(visitor, shop)
    assert route([PHONE, visitor], "webchat", only=None) == Route(visitor, shop)


def test_the_account_is_the_latest_one_else_the_issuer_else_the_only_one():
    assert route([WHATSAPP], "whatsapp", latest=OTHER).account == OTHER
    assert route([LID], "whatsapp", latest=OTHER) == Route(LID, MAIN)
    assert route([WHATSAPP], "whatsapp", only=MAIN).account == MAIN
    assert route([WHATSAPP], "whatsapp", latest=OTHER, account=MAIN).account == MAIN


def test_when_nothing_says_which_account_the_caller_must():
    unaskable = a_point("instagram", "1", scope="two words")
    for point, channel in ((WHATSAPP, "whatsapp"), (unaskable, "instagram")):
        with pytest.raises(Invalid) as error:
            route([point], channel, only=None)
        assert fault(error) == ("/source", "source_required")


def test_the_address_that_was_named_is_written_to_or_it_is_said_why_not():
    second = a_point("email", "second@x.com")
    assert route([EMAIL, second], "email", contact_point_id=second.id).point == second
    faults = []
    for points, channel, wanted, account in (
        ([EMAIL], "email", new_id(), None),
        ([EMAIL], "sms", EMAIL.id, None),
        ([LID], "sms", LID.id, None),
        ([LID], "whatsapp", LID.id, OTHER),
    ):
        with pytest.raises(Invalid) as error:
            route(points, channel, contact_point_id=wanted, account=account)
        faults.append(fault(error)[1])
    assert faults == ["unknown_contact_point", "kind_mismatch", "kind_mismatch", "other_account"]


ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
AN_AGENT = Scope(str(new_id()), AGENT, frozenset({str(ONE), str(TWO)}))
AN_ADMIN = Scope(str(new_id()), ADMIN, frozenset())
KNOWN = {str(ONE), str(TWO), str(THREE)}


def test_agents_begin_for_their_own_teams():
    assert team_of(TWO, AN_AGENT, customers=[ONE], known=KNOWN) == TWO
    assert team_of(None, AN_AGENT, customers=[ONE, THREE], known=KNOWN) == ONE


def test_administrators_begin_for_any_team_or_none():
    assert team_of(THREE, AN_ADMIN, customers=[ONE], known=KNOWN) == THREE
    assert team_of(None, AN_ADMIN, customers=[ONE, TWO], known=KNOWN) is None


@pytest.mark.parametrize(
    ("wanted", "scope", "code"),
    [
        (THREE, AN_AGENT, "unknown_team"),
        (UUID(int=9), AN_ADMIN, "unknown_team"),
        (None, AN_AGENT, "team_required"),
    ],
)
def test_a_team_that_is_not_theirs_or_not_clear_is_asked_for(wanted: UUID | None, scope: Scope, code: str):
    with pytest.raises(Invalid) as error:
        team_of(wanted, scope, customers=[ONE, TWO], known=KNOWN)
    assert fault(error) == ("/team", code)


def test_all_that_is_wrong_with_a_request_is_said_at_once():
    given = {
        "channel": "WhatsApp",
        "source": "acme",
        "team": "Vendas",
        "contact_point_id": 7,
        "message": "x" * 4001,
        "colour": "red",
    }
    with pytest.raises(Invalid) as error:
        read(given, masked=False)
    assert {each["pointer"]: each["code"] for each in error.value.payload["errors"]} == {
        "/channel": "invalid_channel",
        "/source": "invalid_source",
        "/team": "unknown_team",
        "/contact_point_id": "unknown_contact_point",
        "/message": "too_long",
        "/colour": "unknown_property",
    }


def test_whoever_sees_no_addresses_names_none():
    with pytest.raises(Invalid) as error:
        read({"channel": "email", "contact_point_id": str(new_id())}, masked=True)
    assert fault(error) == ("/contact_point_id", "field_hidden")


@pytest.mark.parametrize(
    ("given", "kept"),
    [(" Oi!\nTudo bem? ", "Oi!\nTudo bem?"), ("  ", None), ("x" * 4000, "x" * 4000), (None, None)],
)
def test_a_message_is_kept_as_it_was_written(given: str | None, kept: str | None):
    assert read({"channel": "email", "message": given}, masked=False).message == kept


@pytest.mark.parametrize("message", ["a\x00b", "\ud800", 5, ["Oi"]])
def test_what_is_no_text_is_no_message(message: object):
    with pytest.raises(Invalid) as error:
        read({"channel": "email", "message": message}, masked=False)
    assert fault(error) == ("/message", "invalid_text")
