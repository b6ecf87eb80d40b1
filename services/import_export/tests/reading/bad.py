"""Files that are refused, and files of which some rows are."""

from __future__ import annotations

from odf.table import TableCell

from services.import_export.tests.reading import files
from services.import_export.tests.reading.answers import PEOPLE, Answer, rows
from services.import_export.tests.reading.files import changed, csv, ods, sheet_of, xls, xlsx

MIXED = b"Name,Email\nJos\xc3\xa9,a@example.com\nJo\xe3o,b@example.com\nZo\xc3\xab,c@example.com\n"
CELL = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
HEADER = '<row r="1">' + CELL.format("A1", "Name") + CELL.format("B1", "Note") + "</row>"


def a_row(n: int, cell: str) -> str:
    return f'<row r="{n}">{CELL.format(f"A{n}", "Ana")}{cell}</row>'


REFUSED = [
    ("empty", "a.csv", b"", "empty_file"),
    ("only a mark of the encoding", "a.csv", b"\xef\xbb\xbf", "empty_file"),
    ("duplicate headers", "a.csv", csv("Name,E-mail,name ", "Ana,a@example.com,B"), "duplicate_headers"),
    ("a picture called .csv", "a.csv", b"\x89PNG\r\n\x1a\n", "wrong_format"),
    ("text called .xlsx", "a.xlsx", csv(*PEOPLE), "wrong_format"),
    ("a workbook called .csv", "a.csv", xlsx(), "wrong_format"),
    ("a web page called .xls", "a.xls", b"<html><table></table></html>", "wrong_format"),
    ("noise", "a.csv", bytes(range(256)) * 9, "not_text"),
    ("a workbook with a password", "a.xlsx", files.encrypted(), "encrypted"),
    (
        "an encrypted ODS",
        "a.ods",
        changed(ods([]), "META-INF/manifest.xml", "</manifest", "<encryption-data/></manifest"),
        "encrypted",
    ),
    ("a zip bomb", "a.xlsx", files.added(xlsx(), bomb=b"\0" * (11 << 20)), "unpacks_too_large"),
    ("a zip bomb that lies", "a.xlsx", files.with_a_lie(), "broken_file"),
    ("too many entries", "a.xlsx", files.with_entries(2_001), "too_many_entries"),
    (
        "path names in the archive",
        "a.xlsx",
        files.added(xlsx(), **{"../../etc/cron.d/x": b""}),
        "unsafe_archive",
    ),
    (
        "XML with a document type",
        "a.xlsx",
        changed(xlsx(), files.SHEET, "<worksheet", '<!DOCTYPE x [<!ENTITY y "z">]><worksheet'),
        "unsafe_archive",
    ),
    (
        "a workbook that does not say where its sheet is",
        "a.xlsx",
        changed(xlsx(), "xl/_rels/workbook.xml.rels", 'Id="rId1"', 'It="rId1"'),
        "broken_file",
    ),
    ("half a workbook", "a.xlsx", xlsx()[:2_000], "broken_file"),
    ("half an XLS", "a.xls", xls(lambda _: None)[:2_000], "broken_file"),
    ("a line of 100 MB", "a.csv", lambda: b"Name\n" + b"a" * 100_000_000, "line_too_long"),
    ("a line of 17 MB", "a.csv", lambda: b"Name\n" + b"a" * 17_000_000 + b"\nBo\n", "line_too_long"),
    ("over a million rows", "a.csv", lambda: b"Name\n" + b"Ana\n" * 1_000_001, "too_many_rows"),
    ("UTF-16 without its mark", "a.csv", csv(*PEOPLE, encoding="utf-16-le"), "utf16_without_bom"),
    ("a wide sheet", "a.xlsx", sheet_of(HEADER + a_row(2, CELL.format("XFD2", "x"))), "too_many_columns"),
    ("a wide text", "a.csv", csv(",".join(map(str, range(1_001)))), "too_many_columns"),
    ("JSON that is no array", "a.json", b'"Ana"', "not_an_array"),
    ("JSON of numbers", "a.json", b"[1, 2]", "not_an_array"),
    ("JSON with NaN", "a.json", b'[{"name": NaN}]', "json_not_a_number"),
    ("JSON with a number too large", "a.json", b'[{"name": 1e999}]', "json_not_a_number"),
    ("JSON nested 100,000 deep", "a.json", b'[{"name": ' + b"[" * 100_000, "json_too_deep"),
    ("half a JSON", "a.json", b'[{"name": "Ana"}, {"na', "broken_json"),
]

ROWS = [
    (
        "bytes that are no UTF-8",
        "a.csv",
        MIXED,
        rows("José", ["invalid_encoding"], "Zoë", said=("invalid_encoding",)),
    ),
    (
        "a quote that is never closed",
        "a.csv",
        csv("Name,Email", '"Ana,ana@example.com', "Bo,bo@example.com"),
        rows(["unclosed_quote"], "Bo"),
    ),
    (
        "text behind a quote",
        "a.csv",
        csv("Name,Email", '"Ana"x,ana@example.com', '"Bo",bo@example.com'),
        rows(["unclosed_quote"], "Bo"),
    ),
    (
        "a quote that a later row closes",
        "a.csv",
        csv("Name,Email,A,B", '"Ana,a@example.com,1,2', "Bo,b@example.com,1,2", 'Cy",c@example.com,1,2'),
        rows(["unclosed_quote"]),
    ),
    ("too many cells", "a.csv", csv(*PEOPLE[:2], "Bo,bo@example.com,more"), rows("Ana", ["too_many_cells"])),
    (
        "a cell of 5 MB",
        "a.csv",
        csv(*PEOPLE[:2], "B" * 5_000_000 + ",b@example.com"),
        rows("Ana", ["cell_too_long"]),
    ),
    (
        "a number that a spreadsheet has shortened",
        "a.csv",
        csv("Name;Phone", "Ana;5,51199E+12", "Bo;+5511987654321"),
        rows(["damaged_number"], "Bo"),
    ),
    (
        "telephone numbers that are none",
        "a.csv",
        csv(
            "Name,Phone",
            *(f"Di,1198765432{digit}" for digit in range(4)),
            "Ana,11 9CALL ME",
            "Bo," + "1" * 25,
            "Cy,11987654321 / 11987654322",
        ),
        rows(*["Di"] * 4, ["invalid_phone"], ["invalid_phone"], ["several_values"]),
    ),
    (
        "an e-mail that cannot be one",
        "a.csv",
        csv("Name,Email", "Ana,ana@@example", "Bo,bo@example.com"),
        rows(["invalid_email"], "Bo"),
    ),
    ("no name", "a.csv", csv("Name,Email", ",ana@example.com", PEOPLE[2]), rows(["missing_name"], "Bo")),
    (
        "an error in a CSV",
        "a.csv",
        csv("Name,Email", "#N/A,ana@example.com", PEOPLE[2]),
        rows(["error_value"], "Bo"),
    ),
    (
        "an error in a workbook",
        "a.xlsx",
        xlsx(and_then=lambda _, sheet: sheet.write_formula("A3", "=NA()", None, "#N/A")),
        rows("Ana", ["error_value"], said=("formulas",)),
    ),
    (
        "an error in an XLS",
        "a.xls",
        xls(lambda sheet: sheet.row(3).set_cell_error(1, 42)),
        Answer(rows={2: "Ana", 3: "Bo", 4: ["error_value"]}),
    ),
    (
        "a formula without a value",
        "a.xlsx",
        sheet_of(HEADER + a_row(2, '<c r="B2"><f>1+1</f></c>') + a_row(3, '<c r="B3"><f>1+1</f><v></v></c>')),
        rows(["formula_without_value"], ["formula_without_value"], said=("formulas",)),
    ),
    (
        "a formula without a value in an ODS",
        "a.ods",
        ods([["Name", "Note"], ["Ana", TableCell(formula="of:=1+1")], ["Bo", "x"]]),
        rows(["formula_without_value"], ["no_key"], said=("formulas",)),
    ),
    (
        "a date of no calendar",
        "a.csv",
        csv("Name,Email,Born", "Ana,ana@example.com,2024-02-31", "Bo,bo@example.com,2024-02-29"),
        rows(["invalid_date"], "Bo"),
    ),
    ("NUL", "a.csv", csv("Name,Email", "A\0na,ana@example.com", PEOPLE[2]), rows(["null_character"], "Bo")),
    (
        "JSON with objects inside",
        "a.json",
        b'[{"name": {"x": 1}}, {"name": "Bo", "email": "bo@example.com"}]',
        Answer(rows={1: ["nested_value"], 2: "Bo"}),
    ),
]
