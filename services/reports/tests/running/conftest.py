"""Ten customers, counted in several steps."""

from __future__ import annotations

import pytest

from servicekit.jobs import Run
from services.reports.running import counting, gathering
from services.reports.running.job import MakeReport
from services.reports.tests.company import Company


@pytest.fixture
def shop(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Ten customers of sales, three in each range, a range in each step, and one of care."""
    monkeypatch.setattr(gathering, "SIZE", 3)
    monkeypatch.setattr(counting, "STEP_SECONDS", 0.0)
    gold = company.customers.option("Gold")
    for n in range(10):
        plan = {"plan": gold} if n % 2 else {}
        company.customers.add(company.team("sales"), value=n, tags=["a", "b"][: n % 3], **plan)
    company.customers.add(company.team("care"), plan=company.customers.option("Silver"))
    return company


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process goes on after each step."""
    prepare = MakeReport.prepare

    def of_another(handler: MakeReport, run: Run) -> gathering.Gathering:
        return prepare(MakeReport(), run)

    monkeypatch.setattr(MakeReport, "prepare", of_another)
