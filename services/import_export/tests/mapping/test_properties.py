"""What holds for any row: it never raises, and what our export writes is read as it was."""

import string
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from servicekit.clock import parse_rfc3339
from servicekit.formulas import guarded, kept
from services.import_export.formats.domain.cells import joined
from services.import_export.formats.domain.values import moment_text, number_text
from services.import_export.mapping.domain.codes import ERRORS, WARNINGS
from services.import_export.mapping.domain.mapper import Mapper
from services.import_export.mapping.domain.targets import STANDARD
from services.import_export.tests.mapping.builders import FIELDS, columns, facts

TARGETS = [*STANDARD, *(f"custom.{field['key']}" for field in FIELDS)]
ALPHABET = st.sampled_from("=+-@'\", ;:#\n\t09aZé%ß\u200f\u00a0\U0001f600") | st.characters()
HOSTILE = st.text(ALPHABET, max_size=12)
WRITTEN = st.sampled_from(
    [
        "11987654321",
        "5,5E+12",
        "1.234,5",
        "01/02/03",
        "2024-01-15T10:00:00Z",
        "a@x.com, b@x.com",
        "#N/A",
        "yes",
    ]
    + [
        "https://x.com",
        "1e999",
        "99999",
        "24:00",
        "a:b",
        ":",
        '"',
        "::: ",
        "0" * 70,
        "12:1@lid",
        "²",
        "१२/०१/२०२०",
    ]
)
CELLS = (
    st.none() | HOSTILE | WRITTEN | st.floats() | st.integers() | st.booleans() | st.dates() | st.datetimes()
)
MAPPER = Mapper(
    {"columns": [{"column": n, "to": to} for n, to in enumerate(TARGETS)]}, facts(), columns(TARGETS)
)


@settings(max_examples=60)
@given(st.lists(CELLS, min_size=len(TARGETS), max_size=len(TARGETS)))
def test_a_row_never_raises_and_is_read_or_refused(cells):
    mapped = MAPPER.row(cells)
    assert (mapped.form is None) == bool(mapped.errors)
    assert {each["code"] for each in mapped.errors} <= ERRORS.keys()
    assert {each["code"] for each in mapped.warnings} <= WARNINGS.keys()


LETTERS = st.text(string.ascii_letters, min_size=1, max_size=3)
LINES = st.text(ALPHABET.filter(str.isprintable), min_size=1, max_size=12)
LABELS = st.tuples(LINES, LETTERS).map("".join).map(lambda text: " ".join(text.split()))
NUMBERS = st.integers(-(10**14), 10**14) | st.decimals(
    -(10**6), 10**6, places=3, allow_nan=False, allow_infinity=False
).map(float)


@settings(max_examples=60)
@given(
    name=LABELS,
    labels=st.lists(LABELS, unique=True, max_size=4),
    number=NUMBERS,
    day=st.dates(date(1, 1, 1)),
    moment=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    flag=st.booleans(),
    mark=st.sampled_from([guarded, kept]),
    zone=st.sampled_from(["UTC", "America/Sao_Paulo", "Asia/Kathmandu"]),
)
def test_what_our_export_writes_is_read_as_it_was(name, labels, number, day, moment, flag, mark, zone):
    written = {
        "name": mark(name),
        "tags": labels and mark(joined(labels)),
        "custom.likes": labels and mark(joined(labels)),
        "custom.plan": labels and mark(labels[0]),
        "custom.score": number_text(number),
        "custom.birthday": day.isoformat(),
        "custom.met": moment_text(f"{moment.isoformat()}+00:00", ZoneInfo(zone)),
        "custom.news": "true" if flag else "false",
    }
    known = columns(written)
    mapping = {"columns": [{"column": to, "to": to} for to in written]}
    mapped = Mapper(mapping, facts(), known).row([cell or None for cell in written.values()])
    assert mapped.errors == []
    custom = mapped.form["custom"]
    assert (mapped.form["name"], mapped.form.get("tags", [])) == (name, labels)
    assert (custom.get("likes", []), custom.get("plan")) == (labels, labels[0] if labels else None)
    assert (custom["score"], custom["birthday"], custom["news"]) == (number, day.isoformat(), flag)
    assert parse_rfc3339(custom["met"]).replace(tzinfo=None) == moment
