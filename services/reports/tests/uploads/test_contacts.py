"""Which columns of a file say how somebody is reached."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from services.reports.tests.uploads.files import Upload
from services.reports.uploads.domain.contacts import is_address

NUMBER = "+55 11 98765-0001"


@pytest.mark.parametrize(
    ("field", "values", "is_contact"),
    [
        ("email", ["none"], True),
        ("WhatsApp", [None], True),
        ("phones", [["1"]], True),
        ("Phone number", ["none"], True),
        ("email_address", ["none"], True),
        ("E-mail address", ["none"], True),
        ("customerPhone", ["none"], True),
        ("custom.celular_2", ["none"], True),
        ("Write to", ["a@x.test", "b@y.test", "nobody"], True),
        ("Call", ["+55 11 98888-7777", "(11) 3333-4444"], True),
        ("Call", [5511988887777, 5511988886666], True),
        ("Call", [["whatsapp:+5511987650001"], ["tel:+5511987650003"]], True),
        ("Year", [2024, 2025], False),
        ("Day", ["2025-01-31", "2025-01-30"], False),
        ("Day", ["2025-01-31 10:30", "2025-01-30 11:45", "soon"], False),
        ("Plan", ["Pro", "a@x.test", "Basic"], False),
        ("has_email", [True, False], False),
        ("phone_checked_on", ["2025-01-31"], False),
        ("Mailing", ["weekly"], False),
    ],
)
def test_contact_columns_are_known(tmp_path: Path, field: str, values: list[Any], is_contact: bool):
    assert Upload(tmp_path, [{field: value} for value in values]).column(field)["contact"] is is_contact


def test_a_field_of_ours_is_what_it_holds_whatever_it_is_called(tmp_path: Path):
    """A report of customers shows it, too."""
    live = {"custom.phone_plan": {"label": "Plan", "type": "text"}}
    upload = Upload(tmp_path, [{"custom.phone_plan": "Gold"}], live)
    assert upload.column("custom.phone_plan")["contact"] is False


def test_addresses_may_begin_late(tmp_path: Path):
    """However a file is sorted."""
    values = [*(f"nobody {n}" for n in range(1_000)), *(f"{n}@x.test" for n in range(2_000))]
    assert Upload(tmp_path, [{"Who": value} for value in values]).column("Who")["contact"] is True


@pytest.mark.parametrize(
    "value",
    [
        "whatsapp:+5511987650001",
        "https://wa.me/5511987650002",
        "wa.me/5511987650002?text=hi",
        "https://api.whatsapp.com/send?phone=5511987650002",
        "tel:+5511987650003",
        f"{NUMBER} r. 12",
        f"{NUMBER} ramal 12",
        f"{NUMBER} / 98765-0002",
        f"{NUMBER}, +55 11 98765-0002",
        f"Ana {NUMBER}",
        f"{NUMBER} (Ana)",
        "5511987650001@c.us",
        "Ana <ana@x.test>",
        "mailto:ana@x.test",
        "a@x.test, b@y.test",
        "a@x.test;b@y.test",
        "@ana.silva",
        "https://www.instagram.com/ana.silva/",
        "t.me/ana_silva",
        "\uff15\uff15" + "\uff11" * 11,
        5511987650001,
        5511987650001.0,
    ],
)
def test_ways_to_write_an_address(value: Any):
    assert is_address(value)


@pytest.mark.parametrize(
    "value",
    [
        *("Ana", "Too expensive", "2Pac", "007", "2025", "1.5", "Plan 12", "", "50% @ home"),
        *("2025-01-31", "2025-01-31 10:30:00", "31/01/2025", "31.01.2025 10:30", "2020-2024"),
        "0192d3a4-1234-7abc-8def-0123456789ab",
        "12345678-1234-7234-8234-0123456789ab",
        *(True, 12, 3.5, 10**15, 99),
    ],
)
def test_what_is_no_address(value: Any):
    assert not is_address(value)


@pytest.mark.parametrize("piece", ["1 ", "a.", "(", "1-", "a@", "x1", "1/1/", "+1 x", "@1:"])
def test_a_long_text_is_looked_at_in_no_time(piece: str):
    begin = time.process_time()
    for _ in range(100):
        is_address(piece * 50_000)
    assert time.process_time() - begin < 1.0
