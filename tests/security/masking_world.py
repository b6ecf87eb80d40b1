"""Customers of team 1 whose addresses are canaries, planted in every way that addresses come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.security.canaries import Canary, a_word, of_number, of_word
from tests.security.people import CANARY, People
from tests.security.report_samples import BY_STATUS
from tests.security.world import Founder
from tests.support.events import conversation_event, identity_event

KIND = "canary"


@dataclass
class Planted:
    """The canaries, and the spellings in which somebody may try them again."""

    canaries: list[Canary] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


class Planter:
    """Text that people write (names, notes, previews) is not masked, so nothing is planted there."""

    def __init__(self, founder: Founder) -> None:
        self.founder, self.planted = founder, Planted()
        self.people = People(founder.rng, CANARY)
        self.team = founder.world.teams["1"]

    def plant(self) -> Planted:
        for spell in (_e164, _national, _digits, _without_ninth, _link, _jid):
            kind = "whatsapp" if spell in (_link, _jid) else "phone"
            self._create({kind: spell(self.phone(f"created as {kind}, {spell.__name__}"))})
        self._create({"email": self.email("created").upper()})
        self._create({"contact_points": list(self._points("created"))})
        self._edited()
        self._absorbed()
        self._from_events()
        self._visits_and_purchases()
        self._shared_filters()
        self._shared_reports()
        self._merged()
        return self.planted

    def phone(self, where: str) -> str:
        phone = self.people.phone()
        self.planted.phones.append(phone)
        self.planted.canaries.append(of_number(where, phone))
        return phone

    def email(self, where: str) -> str:
        local, domain = a_word(), a_word()
        self.planted.canaries += [of_word(f"{where}, local part", local), of_word(f"{where}, domain", domain)]
        self.planted.emails.append(f"{local}@{domain}.example")
        return self.planted.emails[-1]

    def word(self, where: str) -> str:
        word = a_word()
        self.planted.canaries.append(of_word(where, word))
        return word

    def _create(self, addresses: dict[str, Any]) -> str:
        return self.founder.customer(KIND, {"name": self.people.name(), "teams": [self.team], **addresses})

    def _points(self, where: str) -> list[dict[str, Any]]:
        platforms = ("instagram", "facebook", "telegram", "external")
        points: list[dict[str, Any]] = [
            {"kind": kind, "scope": "acme-main", "value": self.word(f"{where} as {kind}")}
            for kind in platforms
        ]
        points.append({"kind": "phone", "value": _national(self.phone(f"{where} as a second phone"))})
        return [*points, {"kind": "email", "value": self.email(f"{where} as a second e-mail")}]

    def _edited(self) -> None:
        """Addresses that are gone live on in the changes."""
        customer = self._create({"phone": self.phone("replaced"), "email": self.email("removed")})
        self._patch(customer, {"phone": self.phone("put in its place"), "email": None})
        self._patch(customer, {"contact_points": {"add": self._points("added")}})
        added = self.founder.admin.get(f"/v1/customers/{customer}").json()["contact_points"]
        self._patch(customer, {"contact_points": {"remove": [point["id"] for point in added[-3:]]}})

    def _absorbed(self) -> None:
        customer = self._create({"phone": self.phone("absorbed by")})
        body = {"mode": "merge", "phone": self.phone("absorbed"), "email": self.email("absorbed")}
        answer = self.founder.admin.post(f"/v1/customers/{customer}/absorb", body)
        assert answer.status_code == 200, answer.text

    def _from_events(self) -> None:
        """Somebody whose channel calls them by their number, with links and ids that hold it."""
        phone = self.phone("of an event, its contact's name, its conversation's link and id")
        identities = [
            {"kind": "whatsapp", "value": _jid(phone)},
            {"kind": "external", "scope": "acme-main", "value": self.word("external id of an event")},
        ]
        event = conversation_event(
            team=self.team,
            conversation=f"wa-{_digits(phone)}",
            contact={"name": _national(phone), "identities": identities},
        )
        about = event["data"]["conversation"]
        about["url"] = f"https://wa.me/{_digits(phone)}?ref={self.word('link of a conversation')}"
        event["data"]["message"]["id"] = f"wamid.{_digits(phone)}"
        self.founder.world.conversations.append(about["id"])
        self.founder.publish([event])
        self.founder.wait_for_conversations()
        newest = self.founder.admin.get("/v1/customers", sort="-created_at", limit=5).json()["data"]
        self.founder.world.add(KIND, next(made["id"] for made in newest if made["whatsapp"] == phone))

    def _visits_and_purchases(self) -> None:
        """Whose ids, links and places hold a number or a word."""
        phone = self.phone("of who has a visit and a purchase")
        self._create({"phone": phone})
        appointment = {
            "id": f"ap-{_digits(self.phone('id of an appointment'))}",
            "starts_at": "2030-01-02T10:00:00Z",
            "url": f"https://meet.example/{self.word('link of an appointment')}",
            "location": f"https://call.example/{_digits(self.phone('place of an appointment'))}",
        }
        purchase = {
            "id": f"pu-{_digits(self.phone('id of a purchase'))}",
            "at": "2026-01-02T10:00:00Z",
            "amount": "12.50",
            "currency": "BRL",
            "url": f"https://shop.example/{self.word('link of a purchase')}",
        }
        self.founder.world.conversations += [appointment["id"], purchase["id"]]
        self.founder.publish(
            [
                identity_event("appointment.scheduled.v1", phone=phone, appointment=appointment),
                identity_event("purchase.recorded.v1", phone=phone, purchase=purchase),
            ]
        )
        self.founder.wait_for_conversations()

    def _merged(self) -> None:
        """Two of one line, and one whose addresses cannot all go back: somebody else has one by now."""
        alike, people = self.founder.alike, self.people
        both = [self._create({"phone": self.phone(f"of a merge, {each}")}) for each in ("first", "second")]
        alike.give_one_line(KIND, both[0], self._create({"email": self.email("of a pair")}))
        lost = self.phone("removed from a survivor")
        self._patch(both[1], {"contact_points": {"add": [{"kind": "phone", "value": lost}]}})
        alike.merge(KIND, *both)
        points = self.founder.admin.get(f"/v1/customers/{both[0]}").json()["contact_points"]
        removed = [point["id"] for point in points if point["value"] == lost]
        self._patch(both[0], {"contact_points": {"remove": removed}})
        self._create({"phone": lost, "name": people.name()})

    def _shared_filters(self) -> None:
        """What an administrator looks for, and shares with the team."""
        looked_for = {
            "filter": {
                "or": [
                    {
                        "field": "phone",
                        "op": "eq",
                        "value": _national(self.phone("phone of a shared filter")),
                    },
                    {
                        "not": {
                            "field": "email",
                            "op": "in",
                            "value": [self.email("e-mail of a shared filter")],
                        }
                    },
                ]
            },
            "q": self.phone("words of a shared filter"),
        }
        body = {"name": "By address", "shared_with_team": self.team, **looked_for}
        answer = self.founder.admin.post("/v1/saved-filters", body)
        assert answer.status_code == 201, answer.text
        self.founder.world.saved_filters["by address"] = answer.json()["id"]

    def _shared_reports(self) -> None:
        """What an administrator calls by another name, and of whom, for the team to see."""
        joined = [self.email("e-mail joined in a shared report"), self.phone("phone joined in one")]
        grouping = {"field": "email", "join": {self.word("name of joined addresses"): joined}}
        source = {"q": self.phone("words of a shared report")}
        for name, about in (("by address", {"groupings": [grouping]}), ("by status", BY_STATUS)):
            body = {"name": name, "configuration": about, "shared": {"team": self.team}}
            kept = self.founder.admin.created(
                "/v1/reports/configurations", body | ({"source": source} if about is BY_STATUS else {})
            )
            self.founder.world.report_templates[f"{name}, of addresses"] = kept["id"]

    def _patch(self, customer: str, patch: dict[str, Any]) -> None:
        answer = self.founder.admin.patch(f"/v1/customers/{customer}", patch)
        assert answer.status_code == 200, answer.text


def _e164(phone: str) -> str:
    return phone


def _national(phone: str) -> str:
    return f"({phone[3:5]}) {phone[5:10]}-{phone[10:]}"


def _digits(phone: str) -> str:
    return phone[1:]


def _without_ninth(phone: str) -> str:
    return f"{phone[:5]}{phone[6:]}"


def _link(phone: str) -> str:
    return f"https://wa.me/{phone[1:]}"


def _jid(phone: str) -> str:
    return f"{phone[1:]}@s.whatsapp.net"


SPELLINGS = (_e164, _national, _digits, _without_ninth, _link)
