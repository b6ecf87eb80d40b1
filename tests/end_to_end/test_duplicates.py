"""Nobody makes a second record of one person, and nobody learns of a customer outside their teams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.api import Company, a_mobile


def test_another_spelling_of_a_phone_is_a_duplicate_with_links(company: Company):
    team, phone = company.team(), a_mobile()
    agent = company.agent(team)
    first = agent.created("/v1/customers", {"name": "Maria Silva", "phone": phone})

    answer = agent.post(
        "/v1/customers", {"name": "M. Silva", "whatsapp": f"({phone[3:5]}) {phone[6:10]}-{phone[10:]}"}
    )

    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["matched_on"], problem["restricted_match"]) == (
        "duplicate_customer",
        ["whatsapp"],
        False,
    )
    [match] = problem["matches"]
    assert (match["id"], match["name"]) == (first["id"], "Maria Silva")
    assert match["links"]["merge"] == f"/v1/customers/{first['id']}/absorb"


def test_a_hidden_duplicate_is_told_without_a_trace_of_it(company: Company):
    phone = a_mobile()
    company.agent(company.team()).created("/v1/customers", {"name": "Segredo", "phone": phone})

    answer = company.agent(company.team()).post("/v1/customers", {"name": "Eu", "phone": phone})

    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["matches"], problem["restricted_match"], problem["matched_on"]) == ([], True, ["phone"])
    assert problem["access_request_token"]
    assert "Segredo" not in answer.text


def test_absorbing_fills_gaps_and_adds_what_is_new(company: Company):
    team, phone, second = company.team(), a_mobile(), a_mobile()
    agent = company.agent(team)
    first = agent.created("/v1/customers", {"name": "Maria", "phone": phone, "tags": ["vip"]})

    answer = agent.post(
        f"/v1/customers/{first['id']}/absorb",
        {
            "mode": "merge",
            "name": "Mary",
            "phone": second,
            "email": f"m{phone[1:]}@example.com",
            "tags": ["lead"],
        },
    )

    assert answer.status_code == 200, answer.text
    merged = answer.json()
    assert (merged["name"], merged["phone"], merged["email"]) == ("Maria", phone, f"m{phone[1:]}@example.com")
    assert sorted(merged["tags"]) == ["lead", "vip"]
    assert {point["value"] for point in merged["contact_points"] if point["kind"] == "phone"} == {
        phone,
        second,
    }


def test_forty_people_creating_the_same_phone_at_once_make_one_customer(company: Company):
    phone, agent = a_mobile(), company.agent(company.team())

    with ThreadPoolExecutor(40) as pool:
        answers = list(
            pool.map(lambda n: agent.post("/v1/customers", {"name": f"P{n}", "phone": phone}), range(40))
        )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 39
