"""One day at a small company: every event and every call of the service once, with what came of it."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any
from uuid import UUID

from directory.model import User
from servicekit.clock import parse_rfc3339
from servicekit.errors import Duplicate
from servicekit.events import Event
from servicekit.scope import AGENT, Scope
from servicekit.testing.examples import Examples, ParkedRows, Recorder, numbered
from services.customers.contracts import FOLDER
from services.customers.registry.duplicates import hash_of
from services.customers.tests.bulk.office import Office
from services.customers.tests.history.told import Connector
from services.customers.tests.importing.sheet import address
from services.customers.tests.world import World

Json = dict[str, Any]
RUN = "00000000-0000-7000-8000-00000000000d"
REST = (
    "appointment.scheduled",
    "appointment.changed",
    "appointment.cancelled",
    "purchase.recorded",
    "purchase.changed",
    "purchase.cancelled",
    "contact.identified",
)
BIA = "00000000-0000-7000-8000-00000000000b"
_TOKEN = "access_request_token of a duplicate answer"
_TOLD_DAY = "2026-03-01T"
EXAMPLES = Examples(FOLDER)
example, examples = EXAMPLES.read, EXAMPLES.files


class Day(Recorder):
    """Plays the events of the examples, then one call after the other."""

    def __init__(self, world: World) -> None:
        super().__init__(world.service, world.admin)
        self.world = world
        world.team("Vendas")
        world.users["bia"] = User(BIA, "Bia", "agent", True, frozenset({world.team("Vendas")}))
        world._publish()
        self._connector = Connector(world.db)

    def hear(self) -> None:
        """The incoming examples, as one connector sends them."""
        for name in ("started", "message", "assigned", "closed"):
            self._connector.send(an_event(example("events", "in", f"conversation.{name}.v1.json")))

    def hear_of_the_rest(self) -> None:
        """What else is heard of a person, each from a source of its own."""
        for name in REST:
            self._connector.send(an_event(example("events", "in", f"{name}.v1.json")))

    def hear_of_two(self) -> None:
        """An event whose addresses belong to different customers."""
        event = example("events", "in", "conversation.started.v1.json")
        event["data"]["conversation"]["id"] = "wa-8843"
        event["data"]["contact"]["identities"].append({"kind": "email", "value": "caio@example.com"})
        self._connector.send(an_event({**event, "id": "01JD8Y00000000000000000TWO"}))


def an_event(message: Json) -> Event:
    known = {name: message[name] for name in ("type", "data", "id", "source")}
    return Event(**known, time=parse_rfc3339(message["time"]), exchange="channel.events")


def play(world: World) -> tuple[dict[str, Json], dict[str, Json]]:
    """(outgoing events by type, calls by name), numbered. Of several events of a type the first."""
    day = Day(world)
    day.hear()
    [ana] = day.call("list_customers", sort="-created_at", limit=50, include_total=True)["data"]
    _about_customers(day, ana["id"])
    _about_settings(day)
    _about_fields(day)
    _about_filters(day)
    _about_bulk(day, ana["id"])
    _about_requests(day, ana["id"])
    _about_parked(day)
    day.hear_of_the_rest()
    day.call("list_history", ana["id"], limit=4, name="list_history.page")
    day.call("get_profile", ana["id"])
    day.hear_of_two()
    _about_merges(day)
    _about_imports(day)
    _about_exports(day)
    _about_reports(day)
    events: dict[str, Json] = {}
    for event in world.events():
        events.setdefault(event["type"], event)
    return _numbered(events), _numbered(day.calls)


def _numbered(examples: dict[str, Json]) -> dict[str, Json]:
    return {name: numbered(each, known={BIA, RUN}, told=_TOLD_DAY) for name, each in examples.items()}


def _about_customers(day: Day, ana: str) -> None:
    day.call("get_customer", ana)
    day.call("list_history", ana, kinds=["conversation", "message", "change"], limit=50)
    made = day.call("create_customer", {"name": "Caio Lima", "email": "Caio@Example.com", "tags": ["VIP"]})
    caio = made["customer"]["id"]
    day.call(
        "create_customer", {"name": "C. Lima", "email": "caio@example.com"}, name="create_customer.duplicate"
    )
    day.call("update_customer", caio, {"status": "inactive"}, version=1)
    day.call("update_customer", caio, {"status": "active"}, version=1, name="update_customer.stale")
    day.call("absorb_customer", caio, {"name": "Caio L.", "phone": "(11) 3333-4444"}, mode="merge")
    day.call("visible", [ana, caio])
    day.call("visible", [ana], with_teams=True, name="visible.with_teams")
    _about_matching(day, ana, caio)
    day.call("team_usage", day.world.team("Vendas"))
    day.call("count_without_team")
    day.call("move_team", day.world.team("Vendas"), None, limit=500)
    day.call("delete_customer", caio)
    day.call("restore_customer", caio)
    day.call("get_customer", BIA, name="get_customer.not_found")
    _about_tags(day)


def _about_matching(day: Day, ana: str, caio: str) -> None:
    day.ask("describe_for_matching", [caio, BIA])
    day.ask("pages_for_matching", after=ana, limit=2000)
    day.call("show_customers", [caio, BIA])
    typed = {"name": "C. Lima", "phone": "11 3333-4444"}
    day.call("check_duplicates", typed, [ana, BIA])
    bia = Scope(BIA, AGENT, frozenset({day.world.team("Vendas")})).dump()
    with suppress(Duplicate):
        day.world.service.create_customer(bia, typed)
    day.world.run("UPDATE restricted_answer SET token_hash = :hash", hash=hash_of(_TOKEN))
    day.ask("redeem_access_token", bia, _TOKEN)
    day.ask("redeem_access_token", bia, "", name="redeem_access_token.unknown")


def _about_merges(day: Day) -> None:
    team = day.world.team("Vendas")
    dora = day.world.create(name="Dora Reis", phone="+55 21 98888-7777", tags=["loyal"], teams=[team])
    other = day.world.create(name="D. Reis", email="dora@example.com", channel="email", teams=[team])
    asked = {"primary": dora["id"], "duplicates": [other["id"]], "values": {"name": {"from": other["id"]}}}
    day.call("preview_merge", asked)
    versions = {dora["id"]: 1, other["id"]: 1}
    merge = day.call("apply_merge", asked, versions=versions)["merge"]
    day.call("apply_merge", asked, versions=versions, name="apply_merge.stale")
    day.world.run("UPDATE restricted_answer SET customer_id = :holder", holder=UUID(other["id"]))
    bia = Scope(BIA, AGENT, frozenset({team})).dump()
    day.ask("redeem_access_token", bia, _TOKEN, name="redeem_access_token.merged")
    day.call("get_merge", merge["id"])
    day.call("list_merges", customer_id=dora["id"], limit=50)
    day.world.update(dora["id"], name="Dora Reis Lima")
    day.call("undo_merge", merge["id"], dry_run=True, name="undo_merge.dry_run")
    day.call("undo_merge", merge["id"])
    day.call("undo_merge", merge["id"], name="undo_merge.undone")


def _about_imports(day: Day) -> None:
    day.call("import_rights")
    day.call("import_facts")
    form = {"name": "Eva Melo", "addresses": [address("email", "eva@example.com")], "tags": ["fair"]}
    rows = [{"n": 2, "form": form}, {"n": 3, "form": {"name": "Ivo", "custom": {"plan": "Gold"}}}]
    asked = [{"n": 2, "identities": [["email", "eva@example.com"], ["email", "dora@example.com"]]}]
    day.call("import_targets", asked)
    options = {"policy": "merge", "teams": [], "tags": [], "unknown_options": "refuse"}
    day.call("import_batch", RUN, rows, options, dry_run=True, name="import_batch.dry_run")
    day.call("import_batch", RUN, rows, options)
    made = day.call("import_effects", RUN, limit=500)["customers"]
    day.ask("import_outcomes", RUN, [2, 3, 4])
    day.call("undo_import", RUN, made, touched=[BIA])


def _about_exports(day: Day) -> None:
    chosen = ["id", "name", "email", "tags", "teams", "custom.plan", "created_at"]
    opened = day.call("open_export", {"q": "d"}, chosen, "America/Sao_Paulo")
    kept = {name: opened[name] for name in ("selection", "upto", "as_of", "time_zone")}
    day.call("export_page", columns=chosen, **kept, limit=1)
    day.call("open_export", {}, ["name", "colour"], name="open_export.unknown_column")


def _about_reports(day: Day) -> None:
    for key, type_ in (("spent", "number"), ("since", "date")):
        field = {"key": key, "label": key.capitalize(), "type": type_}
        day.world.service.create_custom_field(day.world.admin, field)
    [dora] = day.world.service.list_customers(day.world.admin, q="dora reis lima")["data"]
    day.world.update(dora["id"], custom={"spent": 12.5, "since": "2025-05-17"})
    day.call("report_facts")
    fields = [{"field": "tags"}, {"field": "channel"}, {"field": "custom.since", "unit": "quarter"}]
    day.call("aggregate", {"q": "dora reis"}, fields, "custom.spent", "America/Sao_Paulo", form="f1")
    day.call("aggregate", {}, [{"field": "colour"}], name="aggregate.unknown_field")
    day.call("visible_bits", base64.b64encode(UUID(BIA).bytes * 2).decode())


def _about_tags(day: Day) -> None:
    [vip] = day.call("list_tags", limit=50, q="vi")["data"]
    day.call("update_tag", vip["id"], {"name": "Very important", "colour": "#b7950b"}, version=1)
    gold = day.call("create_tag", {"name": "Gold"})["tag"]
    day.call("get_tag", gold["id"])
    day.call("tags_named", ids=[gold["id"], BIA], names=["very important", "nobody's"])
    day.call("update_tag", gold["id"], {"name": "very IMPORTANT"}, name="update_tag.known_name")
    day.call("update_tag", gold["id"], {"merge_into": vip["id"]}, name="update_tag.join")
    day.call("delete_tag", vip["id"], version=3)


def _about_settings(day: Day) -> None:
    day.call("get_settings")
    day.call("update_settings", {"default_team": day.world.team("Vendas"), "default_region": "PT"}, 1)
    day.call("list_unknown_teams")


def _about_fields(day: Day) -> None:
    field = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold"]}
    day.call("create_custom_field", field)
    day.call("update_custom_field", "plan", {"help": "What they pay for"}, 1)
    day.call("add_option", "plan", {"label": "Silver", "colour": "#c0c0c0"}, 2)
    day.call("get_custom_field", "plan")
    day.call("list_options", "plan")
    day.call("archive_custom_field", "plan", 3)
    day.call("list_custom_fields", archived=True)
    gold, silver = day.call("unarchive_custom_field", "plan", 4)["options"]
    day.call("update_option", "plan", gold["id"], {"label": "Platinum"}, 5, dry_run=True)
    day.call("update_option", "plan", gold["id"], {"label": "SILVER"}, 5, name="update_option.known_label")
    day.call("update_option", "plan", gold["id"], {"merge_into": silver["id"]}, 5, name="update_option.join")
    day.call("archive_option", "plan", silver["id"], 6)


def _about_filters(day: Day) -> None:
    vips = {"field": "custom.plan", "op": "in", "value": ["gold"]}
    recent = {"field": "last_interaction_at", "op": "within_last", "value": {"n": 30, "unit": "day"}}
    day.call("filter_schema")
    data = {"name": "Gold, lately", "filter": {"and": [vips, recent]}, "sort": "-last_interaction_at"}
    kept = day.call("create_saved_filter", data, "America/Sao_Paulo")
    day.call("get_saved_filter", kept["id"])
    shared = {"columns": ["name", "tags"], "shared_with_team": day.world.team("Vendas")}
    day.call("update_saved_filter", kept["id"], shared, version=1)
    day.call("list_saved_filters", limit=50)
    day.call("delete_saved_filter", kept["id"], version=2)


def _about_bulk(day: Day, ana: str) -> None:
    """Looked at before it begins: how fast it went is of the day."""
    asked = {"action": "add_tags", "tags": ["campaign"], "selection": {"ids": [ana, BIA]}}
    day.call("start_bulk", {**asked, "dry_run": True}, "America/Sao_Paulo", name="start_bulk.dry_run")
    bulk = day.call("start_bulk", {**asked, "dry_run": False}, "America/Sao_Paulo")["bulk"]
    day.call("get_bulk", bulk["id"])
    day.call("list_bulk", limit=50)
    Office(day.world).work_off(bulk)
    day.call("list_bulk_refusals", bulk["id"], limit=50)
    waiting = day.world.service.start_bulk(day.world.admin, asked)["bulk"]
    day.call("cancel_bulk", waiting["id"])


def _about_requests(day: Day, ana: str) -> None:
    asked = {"channel": "whatsapp", "team": day.world.team("Vendas"), "message": "Olá, Ana!"}
    request = day.call("start_conversation", ana, asked)["request"]
    day.call("get_conversation_request", request["id"])
    day.call("start_conversation", ana, {"channel": "telegram"}, name="start_conversation.no_address")


def _about_parked(day: Day) -> None:
    """The broker's part of a replay is servicekit's to prove; here only its answers' form."""
    event = example("events", "in", "conversation.closed.v1.json")
    event["data"] = {"conversation": {"id": "wa-unknown"}}
    day._connector.send(an_event({**event, "id": "01JD8Y00000000000000NAMELESS"}))

    day.world.service.events = ParkedRows(day.world.db)  # type: ignore[assignment]
    [parked] = day.call("list_parked", limit=50)["data"]
    day.call("has_parked", parked["id"])
    day.call("replay_parked", parked["id"])
    day.call("discard_parked", parked["id"])
