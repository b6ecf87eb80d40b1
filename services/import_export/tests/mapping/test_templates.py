"""Files to be filled in: made from today's fields, and read again without a question."""

import base64
import zipfile

import pytest
import python_calamine

from servicekit.errors import Invalid
from services.import_export.mapping.domain.explained import columns_of_template
from services.import_export.mapping.domain.suggestion import mapping_of
from services.import_export.mapping.templates import template_of
from services.import_export.reading import parent
from services.import_export.tests.mapping.builders import FIELDS, a_field, facts

HOSTILE = [
    a_field("status2", "text", "Status"),
    a_field("one", "text", "Twice"),
    a_field("two", "number", "twice"),
    a_field("sum", "text", "=SUM(A1)"),
    a_field("pick", "select", "Pick; one", options=["=1+1", "'tis", "a, b"]),
]
ALL = [*FIELDS, *HOSTILE]


def written(tmp_path, format, language="en", *, fields=ALL):
    """The file, as somebody has downloaded it."""
    made = template_of(facts(fields=fields), format=format, language=language)
    path = tmp_path / made["filename"]
    path.write_bytes(base64.b64decode(made["content"]))
    return path


def inspected(path):
    return parent.inspect(path, filename=path.name, facts=facts(fields=ALL))


@pytest.mark.parametrize(("format", "language"), [("csv", "es"), ("xlsx", "pt")])
def test_a_template_maps_without_a_touch(tmp_path, format, language):
    found = inspected(written(tmp_path, format, language))
    suggestion = found["suggested_mapping"]
    assert suggestion["complete"]
    assert [entry["to"] for entry in suggestion["columns"]] == [
        *("name", "email", "phone", "whatsapp", "emails", "phones"),
        *("tags", "teams", "assignee", "status", "created_at"),
        *(f"custom.{field['key']}" for field in ALL),
    ]
    assert found["detected"]["rows"] == 0


def test_what_somebody_fills_in_is_read(tmp_path):
    path = written(tmp_path, "csv", "pt", fields=[a_field("score", "number")])
    text = path.read_text("utf-8-sig") + "Ana;ana@x.com;11987654321;;;;VIP;;;Inativo;31/01/2024;1.234,5\n"
    path.write_text(text, "utf-8")
    found = inspected(path)
    mapping = mapping_of(found["suggested_mapping"])
    read = parent.rows(path, filename=path.name, options=found["detected"], mapping=mapping, facts=facts())
    with_rows = [row for chunk in read for row in chunk]
    read.close()
    (row,) = with_rows
    assert row["errors"] == []
    assert (row["form"]["name"], row["form"]["status"]) == ("Ana", "inactive")
    assert row["form"]["created_at"] == "2024-01-31T03:00:00Z"
    assert row["form"]["custom"] == {"score": 1234.5}


def test_the_second_sheet_explains_and_the_first_offers_what_to_choose(tmp_path):
    path = written(tmp_path, "xlsx", "pt")
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["Clientes", "Explicações", "Listas"]
    headers = book.get_sheet_by_name("Clientes").to_python()[0]
    explained = book.get_sheet_by_name("Explicações").to_python()
    assert [row[0] for row in explained[1:]] == headers
    assert all(row[1] for row in explained[1:])
    lists = list(zip(*book.get_sheet_by_name("Listas").to_python(), strict=True))
    assert ("Gold", "Silver, old", "") in lists
    assert ("'=1+1", "'tis", "a, b") not in lists  # a workbook's texts are no formulas
    assert ("=1+1", "'tis", "a, b") in lists
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == 6
    assert "'Listas'!$A$1:$A$1" in sheet


def test_headers_that_would_mean_something_else_name_their_key():
    headers = [column.header for column in columns_of_template(facts(fields=HOSTILE), "en")][11:]
    assert headers[:3] == ["Status (custom.status2)", "Twice (custom.one)", "twice (custom.two)"]
    assert headers[3:] == ["=SUM(A1)", "Pick; one"]


@pytest.mark.parametrize(("size", "lists"), [(900, 4), (1_000, 3)])
def test_a_list_that_would_take_too_long_to_make_is_left_out(tmp_path, size, lists):
    many = a_field("many", "select", options=[f"Option {n}" for n in range(size)])
    path = written(tmp_path, "xlsx", fields=[many, a_field("news", "boolean")])
    sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == lists


@pytest.mark.parametrize(
    ("format", "language", "code"), [("ods", "en", "unknown_format"), ("csv", "fr", "unknown_language")]
)
def test_there_are_no_others(format, language, code):
    with pytest.raises(Invalid) as caught:
        template_of(facts(), format=format, language=language)
    assert caught.value.payload["errors"][0]["code"] == code
