"""S-05, S-10 for reports: masked agents get no address in one, nor what was made with more rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.security.canaries import Canary, a_word, hits, of_number, of_word
from tests.security.company_settings import hidden_contact_data
from tests.security.customer_requests import Play
from tests.security.door import Answer, Request, Send
from tests.security.file_requests import settled
from tests.security.known import ADMIN, AGENTS, World
from tests.security.report_requests import CONTACT, made_in_the_background, preview, send_rows
from tests.security.world import Founder
from tests.support.api import Api

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

SEED = 11
AGENT, OTHER = AGENTS[0], AGENTS[1]
BY_NAME = {"groupings": [{"field": "name"}]}
Json = dict[str, Any]


@pytest.fixture(scope="module")
def addresses(founder: Founder) -> Json:
    """Of a customer of team 1."""
    body = {"name": "Canary", "phone": founder.people.phone(), "email": f"{a_word()}@example.com"}
    founder.customer("canary", {**body, "teams": [founder.world.teams["1"]]})
    return body


@pytest.fixture(scope="module")
def canaries(addresses: Json) -> list[Canary]:
    word = addresses["email"].partition("@")[0]
    return [of_number("phone", addresses["phone"]), of_word("e-mail", word)]


def played(send: Send, play: Play, caller: str) -> Iterator[tuple[Request, Answer]]:
    request = next(play, None)
    while request is not None:
        answer = send(request, caller)
        yield request, answer
        try:
            request = play.send(answer)
        except StopIteration:
            return


def the_run(send: Send, asked: Json, caller: str) -> dict[str, tuple[Request, Answer]]:
    """By operation what was asked of a run, and what came of it."""
    return {
        request.operation: (request, answer)
        for request, answer in played(send, made_in_the_background(asked), caller)
    }


def the_upload(send: Send, rows: list[Json], caller: str) -> Json:
    """As it is shown to whoever sent it, once it has been read."""
    made = send(send_rows(rows), caller)
    assert made.status == 202, made.text()
    there = Request("get_report_upload", {"upload_id": made.json()["id"]})
    *_, (_, shown) = played(send, settled(there), caller)  # type: ignore[arg-type]
    return dict(shown.json())


def test_contact_data_is_no_field_for_masked_agents(
    send: Send, admin: Api, world: World, canaries: list[Canary]
):
    source = {"ids": world.customers["canary"]}
    shown = [send(preview(source, each), AGENT) for each in CONTACT]
    assert {canary.where for answer in shown for canary in hits(canaries, answer)} == {"phone", "e-mail"}
    with hidden_contact_data(admin):
        for configuration in CONTACT:
            field = configuration["groupings"][0]["field"]
            counted = {"groupings": [{"field": "status"}], "subdivisions": [{"field": field, "rules": [
                {"op": "contains", "value": "5511", "as": "found"}]}]}  # fmt: skip
            for asked in (preview(source, configuration), preview(source, counted)):
                answer = send(asked, AGENT)
                assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "field_hidden"), asked
                assert send(asked, ADMIN).status == 200
            kept = {"name": f"by {field}", "configuration": configuration}
            assert send(Request("create_report_configuration", body=kept), AGENT).status == 422
        schema = send(Request("get_report_schema"), AGENT).json()
        assert not {each["field"] for each in schema["fields"]} & {"email", "phone", "whatsapp"}
        named = send(preview(source, BY_NAME), AGENT)
        assert (named.status, hits(canaries, named)) == (200, [])
        assert named.json()["rows"][0]["values"] == ["Canary"]


def test_of_a_file_masked_agents_get_no_column_with_addresses(
    send: Send, admin: Api, world: World, addresses: Json, canaries: list[Canary]
):
    """Also of one that they sent while they saw addresses, under whatever name a column has."""
    row = {
        "id": world.customers["canary"][0],
        **addresses,
        "reach": addresses["phone"],
        "write": addresses["email"],
    }
    upload = the_upload(send, [row, {**row, "id": None}], AGENT)
    there, source = {"upload_id": upload["id"]}, {"upload": upload["id"]}
    columns = {each["field"] for each in upload["columns"]}
    assert columns >= {"name", "email", "phone", "reach", "write"}
    by = {each: preview(source, {"groupings": [{"field": each}]}) for each in sorted(columns)}
    assert hits(canaries, send(by["reach"], AGENT)) == canaries[:1], "the control: it would be found"
    with hidden_contact_data(admin):
        shown = send(Request("get_report_upload", there), AGENT)
        assert {each["field"] for each in shown.json()["columns"]} == {"id", "name"}
        answers = {name: send(asked, AGENT) for name, asked in by.items()}
        found = [canary for answer in (shown, *answers.values()) for canary in hits(canaries, answer)]
        assert found == []
        assert {name for name, answer in answers.items() if answer.status == 200} == {"id", "name"}
    assert send(by["phone"], AGENT).status == 200


def test_a_report_that_was_made_with_more_rights_is_handed_out_no_more(
    send: Send, admin: Api, world: World, canaries: list[Canary]
):
    asked = {"source": {"ids": world.customers["canary"]}, "configuration": CONTACT[0]}
    run = the_run(send, asked, AGENT)
    files = [run[name] for name in ("get_report_run_result", "get_report_run_csv")]
    assert all(hits(canaries, answer) for _, answer in files), "the control: it would be found"
    with hidden_contact_data(admin):
        for request, _ in files:
            assert send(request, AGENT).status == 403
            assert send(request, ADMIN).status == 200
        told = send(run["get_report_run"][0], AGENT)
        assert (told.status, told.json()["result"], hits(canaries, told)) == (200, None, [])
    assert [send(request, AGENT).status for request, _ in files] == [200, 200]


def test_whoever_left_a_team_gets_no_report_of_its_customers(
    send: Send, admin: Api, world: World, addresses: Json
):
    source = {"ids": world.customers["canary"]}
    run = the_run(send, {"source": source, "configuration": BY_NAME}, OTHER)
    row = {"id": world.customers["canary"][0], "name": "Canary"}
    upload = {"upload": the_upload(send, [row], OTHER)["id"]}
    membership = f"/v1/teams/{world.teams['1']}/members/{world.users[OTHER]}"
    admin.delete(membership).raise_for_status()
    try:
        assert send(run["get_report_run_result"][0], OTHER).status == 403
        for about in (source, upload):
            answer = send(preview(about, BY_NAME), OTHER)
            assert (answer.json()["customers"], answer.json()["rows"]) == (0, [])
            assert "Canary" not in answer.text()
        shown = send(Request("get_report_upload", {"upload_id": upload["upload"]}), OTHER)
        assert (shown.json()["rows"], shown.json()["dropped"]) == (0, 1)
        assert "Canary" not in shown.text()
    finally:
        admin.put(membership).raise_for_status()
    assert send(run["get_report_run_result"][0], OTHER).status == 200


def test_a_template_runs_with_the_rights_of_whoever_uses_it(send: Send, world: World, addresses: Json):
    """Shared by an administrator, of everybody."""
    there = {"configuration_id": world.report_templates["with all"]}
    for caller in (AGENT, AGENTS[2], ADMIN):
        counted = send(Request("get_report_result", there), caller).json()["customers"]
        assert counted == send(preview({}, BY_NAME), caller).json()["customers"]
        assert (counted > 0) == (caller != AGENTS[2]), "who is in no team sees nobody"
