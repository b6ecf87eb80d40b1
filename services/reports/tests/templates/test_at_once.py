"""Several people, or several tabs of one, at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from servicekit.errors import ServiceError
from services.reports.tests.company import BY_PLAN, Company

Json = dict[str, Any]


def at_once(company: Company, *work: Callable[[], Any]) -> Counter[str]:
    """How often it went well, and how often each code came of it."""

    def outcome(each: Callable[[], Any]) -> str:
        try:
            company.patiently(each)
        except ServiceError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(work)) as threads:
        return Counter(threads.map(outcome, work))


def test_a_name_is_given_once(company: Company):
    found = at_once(company, *[lambda: company.keep("Plans")] * 6)
    assert found == {"done": 1, "configuration_exists": 5}
    assert company.names(company.admin) == ["Plans"]


def test_whoever_saw_the_same_version_first_changes_it(company: Company):
    made = company.keep("Plans")

    def rename(n: int) -> Callable[[], Any]:
        patch: Json = {"name": f"Plans {n}"}
        return lambda: company.service.update_configuration(company.admin, made["id"], patch, 1)

    assert at_once(company, *map(rename, range(6))) == {"done": 1, "stale": 5}
    assert company.get(made)["version"] == 2


def test_copies_have_names_of_their_own(company: Company):
    made = company.keep("Plans")
    copy = company.service.duplicate_configuration
    assert at_once(company, *[lambda: copy(company.admin, made["id"])] * 4) == {"done": 4}
    assert company.names(company.admin) == ["Plans", *_copies(4)]


def test_edits_and_renames_of_tags_are_both_made(company: Company):
    configuration = {"groupings": [{"field": "tags", "split": ["VIP"]}]}
    company.customers.tag("VIP")
    made = [company.keep(f"Tags {n}", configuration) for n in range(4)]

    def edit(each: Json) -> Callable[[], Any]:
        patch = {"name": f"{each['name']} today"}
        return lambda: company.service.update_configuration(company.admin, each["id"], patch)

    work = [*map(edit, made), lambda: company.hear(company.rename_tag("VIP", "Top"))]
    assert at_once(company, *work) == {"done": 5}
    assert company.names(company.admin) == [f"Tags {n} today" for n in range(4)]
    for each in made:
        assert company.get(each)["configuration"]["groupings"][0]["split"] == ["Top"]


def test_the_same_request_twice_at_once_is_made_once(company: Company):
    data, key = {"name": "Plans", "configuration": BY_PLAN}, {"key": "k", "hash": "h"}
    create = company.service.create_configuration
    found = at_once(company, *[lambda: create(company.admin, data, key)] * 5)
    assert found.keys() <= {"done", "request_in_progress"}
    assert company.names(company.admin) == ["Plans"]


def _copies(count: int) -> list[str]:
    return sorted(["Plans (copy)", *(f"Plans (copy {n})" for n in range(2, count + 1))])
