"""Merging and undoing as a test says it."""

from __future__ import annotations

from typing import Any

from services.customers.tests.world import World

Json = dict[str, Any]


def merge(world: World, primary: Json, *duplicates: Json, scope: Json | None = None, **asked: Any) -> Json:
    """By the administrator unless somebody else is named; `values` may be among what is asked."""
    data = {"primary": primary["id"], "duplicates": [each["id"] for each in duplicates], **asked}
    return world.service.apply_merge(scope or world.admin, data)


def undo(world: World, merged: Json, scope: Json | None = None, **how: Any) -> Json:
    return world.service.undo_merge(scope or world.admin, merged["merge"]["id"], **how)


def lasting(customer: Json) -> Json:
    """What undoing brings back: all but when and how often the customer was changed."""
    return {name: value for name, value in customer.items() if name not in ("version", "updated_at")}


def addresses(customer: Json) -> set[str]:
    return {point["value"] for point in customer["contact_points"]}


def in_two_teams(world: World) -> tuple[Json, Json]:
    """Ana of Sales, with an e-mail, and Bia of Support, with a phone."""
    ana = world.create(name="Ana", email="ana@x.test", tags=["vip"], teams=[world.team("Sales")])
    bia = world.create(name="Bia", phone="+5511987654321", tags=["new"], teams=[world.team("Support")])
    return ana, bia
