"""A few dozen very different people, and what is known of each without asking the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.customers.tests.world import World

Json = dict[str, Any]
NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # half an hour after clocks went forward in Europe

NAMES = (
    "Ana Souza", "ANA souza", "José Ávila", "Jose  Avila", "Müller", "Straße", "Strasse", "李小龙",
    "Ольга Ёлкина", "محمد علي", "Δημήτρης", "İstanbul", "100% off", "1000 off", "a_b", "axb", "back\\slash",
    "O'Neil", "ﬁne", "Ａｎａ", "Zoe\u0301", "ñandú", "x" * 200, "[] {}", '"quoted"', ":name", "%s %(x)s",
)  # fmt: skip
TEXTS = (*NAMES, "2026-03-29", "true", "0", "́", "a" * 300, "line\nbreak", "tab\tbed", "?|")
SITES = ("https://Example.com/Ä", "http://example.com/a_b%20c", "https://müller.de/?q=1", "https://x.y")
PHONES = (
    "+5511987654321", "(11) 8765-4321", "+551133334444", "+5213312345678", "+52 33 1234 5678",
    "+5491123456789", "+541123456789", "+4930123456", "+12125550123", "+1 212-555-0123 ext. 77",
    "+5521987654321",
)  # fmt: skip
EMAILS = (
    "Ana@Example.com", "ana.souza@example.com", "ana@müller.de", "ana@xn--mller-kva.de", "josé@example.com",
    "a_b@x.com", "axb@x.com", "100%off@x.com", "o'neil@sub.example.com",
)  # fmt: skip
TAGS = ("VIP", "vip-old", "Novo", "ação", "gone", "日本")
NUMBERS = (0, 1, -1, 0.1, 1e-7, 123456789012345, 2.5, -0.001, 10, 9)
DAYS = (
    "1990-02-28", "2024-02-29", "2026-03-28", "2026-03-29", "2026-03-30", "9999-12-31", "0001-01-01",
    "2026-02-28", "2025-03-29", "2026-03-22",
)  # fmt: skip
CHANNELS = ("manual", "whatsapp", "instagram", "web_chat")
STATUSES = ("active", "inactive", "blocked")
OPTIONS = ("Gold", "Silver", "Ouro velho", "ブロンズ")
ZONES = (
    "UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "America/New_York",
    "Australia/Lord_Howe", "Africa/Casablanca",
)  # fmt: skip
# The edges of days and of clock changes, in the zones above.
MOMENTS = tuple(
    edge + timedelta(microseconds=micro)
    for edge in (
        NOW, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC),
        datetime(2025, 10, 26, 1, 0, tzinfo=UTC), datetime(2018, 11, 4, 3, 0, tzinfo=UTC),
        datetime(2018, 2, 18, 2, 0, tzinfo=UTC), datetime(2011, 12, 30, 10, 0, tzinfo=UTC),
        datetime(2026, 3, 8, 7, 0, tzinfo=UTC), datetime(2026, 3, 28, 18, 15, tzinfo=UTC),
    )
    for micro in (-1, 0, 1)
)  # fmt: skip

FIELDS = (
    ("motto", "text"), ("site", "url"), ("score", "number"), ("birthday", "date"), ("seen", "datetime"),
    ("vegan", "boolean"), ("plan", "select"), ("hobbies", "multiselect"), ("old_motto", "text"),
    ("old_plan", "select"),
)  # fmt: skip
ARCHIVED = ("old_motto", "old_plan")


@dataclass
class Person:
    """What was written, as it was written."""

    id: UUID
    name: str
    points: list[tuple[str, str]]
    tags: set[str]
    teams: set[str]
    assignee: str | None
    status: str
    channel: str
    created_at: datetime
    last_interaction_at: datetime | None
    custom: Json
    updated_at: datetime = NOW
    deleted: bool = False


@dataclass
class Village:
    world: World
    rng: Random
    people: list[Person] = field(default_factory=list)
    options: dict[str, dict[str, str]] = field(default_factory=dict)  # of each field: label → id
    tag_ids: dict[str, str] = field(default_factory=dict)
    agent: Json = field(default_factory=dict)
    users: list[str] = field(default_factory=list)

    def found(self, inhabitants: int) -> Village:
        world = self.world
        world.set(allow_duplicates=True, time_zone="America/Sao_Paulo")
        self.agent = world.agent("ana", "sales", "night")
        world.team("support")
        self.users = [world.admin["user_id"], self.agent["user_id"]]
        for key, kind in FIELDS:
            options = {"options": list(OPTIONS)} if "select" in kind else {}
            made = world.service.create_custom_field(
                world.admin, {"key": key, "label": key, "type": kind, **options}
            )
            self.options[key] = {option["label"]: option["id"] for option in made["options"]}
        for _ in range(inhabitants):
            self.people.append(self._settle())
        self._grow_old()
        return self

    def _settle(self) -> Person:
        pick, some = self.rng.choice, self._some
        person = Person(
            id=UUID(int=0),
            name=pick(NAMES),
            points=[
                *(("email", email) for email in some(EMAILS, 2)),
                *((pick(("phone", "whatsapp")), phone) for phone in some(PHONES, 2)),
            ],
            tags=set(some(TAGS, 3)),
            teams={self.world.team(name) for name in some(("sales", "night", "support"), 2)},
            assignee=None,
            status=pick(STATUSES),
            channel=pick(CHANNELS),
            created_at=pick(MOMENTS),
            last_interaction_at=pick((None, *MOMENTS)),
            custom=self._custom(),
        )
        person.assignee = pick((None, *self.users)) if self.world.team("sales") in person.teams else None
        made = self.world.create(
            name=person.name,
            contact_points=[{"kind": kind, "value": value} for kind, value in person.points],
            tags=sorted(person.tags),
            teams=sorted(person.teams),
            assignee=person.assignee,
            status=person.status,
            channel=person.channel,
            custom=person.custom,
        )
        person.id = UUID(made["id"])
        if self.rng.random() < 0.2:
            self._settle_again(person)
        return person

    def _settle_again(self, person: Person) -> None:
        """Somebody wrote them down a second time, with other addresses, and somebody else noticed."""
        more = [("phone", self.rng.choice(PHONES)), ("email", self.rng.choice(EMAILS))]
        twice = self.world.create(
            name=person.name,
            contact_points=[{"kind": kind, "value": value} for kind, value in more],
            status=person.status,
            channel=person.channel,
        )
        self.world.merge(twice["id"], into=str(person.id))
        person.points += more

    def _custom(self) -> Json:
        pick = self.rng.choice
        values = {
            "motto": pick(TEXTS), "site": pick(SITES), "score": pick(NUMBERS), "birthday": pick(DAYS),
            "seen": pick(MOMENTS).isoformat(), "vegan": pick((True, False)), "plan": pick(OPTIONS),
            "hobbies": self._some(OPTIONS, 3), "old_motto": pick(TEXTS), "old_plan": pick(OPTIONS),
        }  # fmt: skip
        return {key: value for key, value in values.items() if self.rng.random() < 0.7 and value != []}

    def _some(self, pool: tuple[str, ...], most: int) -> list[str]:
        return self.rng.sample(pool, self.rng.randint(0, most))

    def _grow_old(self) -> None:
        """What no form can write: times, tags and options that were joined, deleted, archived."""
        run = self.world.run
        for person in self.people:
            if person.last_interaction_at:
                run("UPDATE customer_activity SET last_at = :at WHERE customer_id = :id",
                    at=person.last_interaction_at, id=person.id)  # fmt: skip
            person.updated_at = self.rng.choice(MOMENTS)
            run("UPDATE customer SET created_at = :created, updated_at = :at WHERE id = :id",
                created=person.created_at, at=person.updated_at, id=person.id)  # fmt: skip
        self.tag_ids = {
            row.name: str(row.public_id) for row in self.world.rows("SELECT name, public_id FROM tag")
        }
        run("UPDATE tag SET joined_to = (SELECT id FROM tag WHERE name = 'VIP') WHERE name = 'vip-old'")
        run("UPDATE tag SET deleted_at = now() WHERE name = 'gone'")
        run("""UPDATE custom_option o SET joined_to = g.id FROM custom_option g
               WHERE g.field_key = o.field_key AND g.label = 'Gold' AND o.label = 'Ouro velho'""")
        run("UPDATE custom_option SET archived_at = now() WHERE label = 'Silver'")
        run("UPDATE custom_field SET version = version + 1")
        for key in ARCHIVED:
            run(
                "UPDATE custom_field SET archived_at = now(), version = version + 1 WHERE key = :key", key=key
            )
        for person in self.people[:3]:
            self.world.service.delete_customer(self.world.admin, str(person.id))
            person.deleted = True
            (row,) = self.world.rows("SELECT updated_at FROM customer WHERE id = :id", id=person.id)
            person.updated_at = row.updated_at

    def ids(self, statement: str, **parameters: Any) -> set[UUID]:
        with self.world.db.reading() as connection:
            return set(connection.execute(text(statement), parameters).scalars())
