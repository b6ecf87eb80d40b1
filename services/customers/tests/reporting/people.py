"""Customers of every kind, for reports: several teams, joined words, merged and deleted ones."""

from __future__ import annotations

from typing import Any

from services.customers.tests.world import World

Json = dict[str, Any]
FIELDS: tuple[Json, ...] = (
    {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver", "Bronze"]},
    {"key": "likes", "label": "Likes", "type": "multiselect", "options": ["Tea, green", "Rum", "Ale"]},
    {"key": "score", "label": "Score", "type": "number"},
    {"key": "born", "label": "Born", "type": "date"},
    {"key": "seen", "label": "Seen", "type": "datetime"},
    {"key": "vip", "label": "VIP", "type": "boolean"},
    {"key": "city", "label": "City", "type": "text"},
    {"key": "page", "label": "Page", "type": "url"},
)
COUNTABLE = (
    "name", "email", "phone", "whatsapp", "tags", "teams", "assignee", "status", "channel", "created_at",
    "updated_at", "last_interaction_at", *(f"custom.{field['key']}" for field in FIELDS),
)  # fmt: skip
_TAGS = ("VIP", "Ärzte", "lead", "gone", "later")
_CUSTOM: tuple[Json, ...] = (
    {"plan": "Gold", "likes": ["Rum", "Tea, green"], "score": 1.5, "born": "1990-02-28", "vip": True},
    {"plan": "Silver", "likes": ["Ale"], "score": -3, "seen": "2024-05-01T23:30:00-03:00", "city": "Łódź"},
    {},
    {"plan": "Bronze", "score": 0.1, "born": "1990-02-27", "vip": False, "page": "https://a.example/x"},
    {"likes": ["Tea, green", "Ale", "Rum"], "score": 1000000, "seen": "0001-01-01T00:00:00Z"},
    {"plan": "Gold", "city": 'a "quoted", {odd} \\ text', "seen": "9999-12-31T23:59:59.5Z"},
)  # fmt: skip


def define_fields(world: World) -> None:
    for field in FIELDS:
        world.service.create_custom_field(world.admin, field)


def populate(world: World) -> Json:
    """Returns an agent of two of the three teams."""
    define_fields(world)
    agent = world.agent("ana", "sales", "north")
    teams = [world.team(name) for name in ("sales", "north", "hidden")]
    made = [
        world.create(
            name=f"Person {n % 7}",
            status=("active", "inactive", "blocked")[n % 3],
            teams=[team for at, team in enumerate(teams) if n % (at + 2) == 0],
            tags=[tag for at, tag in enumerate(_TAGS) if n % (at + 2) == 1],
            assignee=agent["user_id"] if n % 4 == 0 else None,
            custom=_CUSTOM[n % len(_CUSTOM)],
            **_addresses(n),
        )["id"]
        for n in range(24)
    ]
    world.merge(made[1], into=made[0])
    world.merge(made[5], into=made[6])
    world.merge(made[0], into=made[6])
    world.service.delete_customer(world.admin, made[2])
    _change_words(world)
    return agent


def _addresses(n: int) -> Json:
    typed: Json = {}
    if n % 2:
        typed["email"] = f"p{n}@example.com"
    if n % 3 == 0:
        typed["phone"] = f"+55119876543{n:02}"
    if n % 5 == 0:
        typed["contact_points"] = {
            "add": [{"kind": "whatsapp", "value": f"1234567890123{n:02}@lid", "scope": "acme:1"}]
        }
    return typed


def _change_words(world: World) -> None:
    """Rows go on holding numbers of what was joined, deleted or archived."""
    tags = {tag["name"]: tag["id"] for tag in world.service.list_tags(world.admin, 50)["data"]}
    world.service.update_tag(world.admin, tags["later"], {"merge_into": tags["lead"]})
    world.service.delete_tag(world.admin, tags["gone"])
    plan = world.service.get_custom_field(world.admin, "plan")
    options = {option["label"]: option["id"] for option in plan["options"]}
    join = {"merge_into": options["Silver"]}
    world.service.update_option(world.admin, "plan", options["Bronze"], join, plan["version"])
    version = world.service.get_custom_field(world.admin, "plan")["version"]
    world.service.archive_option(world.admin, "plan", options["Gold"], version)
