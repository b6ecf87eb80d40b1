"""Files that are accepted as they are, some with a warning or a rule that is shown."""

from __future__ import annotations

from typing import Any

from services.import_export.tests.reading import files
from services.import_export.tests.reading.answers import PEOPLE, Answer, all_well, rows
from services.import_export.tests.reading.files import changed, csv, ods, xls, xlsx


def hidden_and_merged(book: Any, sheet: Any) -> None:
    book.add_worksheet("Old").hide()
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.merge_range(5, 0, 5, 1, "Cy")


ACCEPTED = [
    ("only a header", "a.csv", csv("Name,Email"), Answer()),
    (
        "no header",
        "a.csv",
        csv("Ana,ana@example.com", "Bo,bo@example.com"),
        Answer(complete=False, said=("no_header",), detected={"header_row": 0}),
    ),
    (
        "a title above the header",
        "a.csv",
        csv("Our people", "", *PEOPLE),
        Answer(rows={4: "Ana", 5: "Bo"}, said=("rows_above_header",)),
    ),
    (
        "headers as people write them",
        "a.csv",
        csv(" NOME ; e-MAIL", "Ana;ana@example.com", "Bo;bo@example.com"),
        all_well(),
    ),
    (
        "an unknown column",
        "a.csv",
        csv("Name,Email,Shoes", "Ana,ana@example.com,38", "Bo,bo@example.com,43"),
        all_well(),
    ),
    ("no name column", "a.csv", csv("Email,Shoes", "a@example.com,b"), Answer(complete=False)),
    ("no known column", "a.csv", csv("Shoes", "a", "b"), Answer(complete=False, said=("header_unsure",))),
    (
        "rows alone",
        "a.csv",
        csv("Ana Souza,Rio", "Bo Silva,Recife"),
        Answer(complete=False, said=("header_unsure",)),
    ),
    (
        "a workbook with text that was encoded twice",
        "a.xlsx",
        xlsx([["Name", "Email"], ["JoÃ£o", "a@example.com"]]),
        rows(
            ["damaged_encoding"],
            detected={
                "damaged_encoding": {
                    "rows": 1,
                    "before": "JoÃ£o, a@example.com",
                    "after": "João, a@example.com",
                }
            },
        ),
    ),
    (
        "UTF-8 with its mark",
        "a.csv",
        csv(*PEOPLE, encoding="utf-8-sig"),
        all_well(detected={"encoding": "utf-8"}),
    ),
    (
        "UTF-16",
        "a.csv",
        csv("\ufeff" + PEOPLE[0], "Zoë,z@example.com", encoding="utf-16-le"),
        rows("Zoë", detected={"encoding": "utf-16-le"}),
    ),
    (
        "UTF-16, the other way round",
        "a.csv",
        csv("\ufeff" + PEOPLE[0], "Zoë,z@example.com", encoding="utf-16-be"),
        rows("Zoë"),
    ),
    (
        "Windows-1252",
        "a.csv",
        csv("Name,Email", "João Conceição,a@example.com", "José “Zé” Luís,b@example.com", encoding="cp1252"),
        rows("João Conceição", "José “Zé” Luís", detected={"encoding": "windows-1252"}),
    ),
    (
        "Windows-1250",
        "a.csv",
        csv("Name,Email", "Łukasz Żółć,a@example.com", "Michał Wiśniewski,b@example.com", encoding="cp1250"),
        rows(
            "Łukasz Żółć",
            "Michał Wiśniewski",
            detected={"encoding": "windows-1250"},
            said=("encoding_guessed",),
        ),
    ),
    (
        "Windows-1251",
        "a.csv",
        csv("Name,Email", "Иван Петров,a@example.com", "Мария Щукина,b@example.com", encoding="cp1251"),
        rows("Иван Петров", "Мария Щукина", detected={"encoding": "windows-1251"}),
    ),
    (
        "ISO 8859-2",
        "a.csv",
        csv(
            "Name,Email",
            "Łukasz Wiśniewski Żak,a@example.com",
            "Michał Ząbkowski,b@example.com",
            encoding="iso-8859-2",
        ),
        rows("Łukasz Wiśniewski Żak", "Michał Ząbkowski", detected={"encoding": "iso-8859-2"}),
    ),
    (
        "ISO 8859-7",
        "a.csv",
        csv("Name,Email", "Γιώργος Άννας,a@example.com", encoding="iso-8859-7"),
        rows("Γιώργος Άννας"),
    ),
    (
        "text that was encoded twice",
        "a.csv",
        csv("Name,Email", "JoÃ£o,a@example.com", "São,b@example.com"),
        rows(
            ["damaged_encoding"],
            "São",
            detected={
                "damaged_encoding": {
                    "rows": 1,
                    "before": "JoÃ£o,a@example.com",
                    "after": "João,a@example.com",
                }
            },
        ),
    ),
    (
        "characters that were lost before",
        "a.csv",
        csv("Name,Email", "Jo\ufffdo,a@example.com"),
        rows(["lost_characters"], said=("lost_characters",)),
    ),
    (
        "semicolons",
        "a.csv",
        csv(*(line.replace(",", ";") for line in PEOPLE)),
        all_well(detected={"separator": ";"}),
    ),
    (
        "tabs",
        "a.tsv",
        csv(*(line.replace(",", "\t") for line in PEOPLE)),
        all_well(detected={"separator": "\t"}),
    ),
    (
        "bars",
        "a.csv",
        csv(*(line.replace(",", "|") for line in PEOPLE)),
        all_well(detected={"separator": "|"}),
    ),
    (
        "decimal commas between semicolons",
        "a.csv",
        csv("Name;Sum;Email", "Ana;1,5;ana@example.com", "Bo;2,5;bo@example.com"),
        all_well(detected={"separator": ";"}),
    ),
    (
        "a line that says the separator",
        "a.csv",
        csv("sep=;", *(line.replace(",", ";") for line in PEOPLE)),
        all_well(),
    ),
    ("lines that end with CR", "a.csv", csv(*PEOPLE, end="\r"), all_well()),
    (
        "lines that end in all ways",
        "a.csv",
        b"Name,Email\r\nAna,ana@example.com\rBo,bo@example.com\n",
        all_well(),
    ),
    (
        "a quoted line break",
        "a.csv",
        csv("Note,Name,Email", '"one\ntwo",Ana,ana@example.com', '"3 ""x"", 4",Bo,bo@example.com'),
        all_well(),
    ),
    (
        "quotes behind spaces",
        "a.csv",
        csv("Name, Email", '"Ana", "ana@example.com"', '"Bo", "bo@example.com"'),
        all_well(),
    ),
    (
        "too few cells",
        "a.csv",
        csv("Name,Email,City", "Ana,ana@example.com", "Bo,bo@example.com,Rio"),
        rows(["cells_missing"], "Bo"),
    ),
    (
        "blank lines",
        "a.csv",
        csv("Name,Email", "", PEOPLE[1], ",", "", PEOPLE[2], "", ""),
        Answer(rows={3: "Ana", 6: "Bo"}, blank=3),
    ),
    ("no end of the last line", "a.csv", csv(*PEOPLE).rstrip(), all_well()),
    ("a number with .0", "a.csv", csv("Name,Phone", "Ana,11987654321.0", "Bo,11987654322"), all_well()),
    (
        "an international e-mail",
        "a.csv",
        csv("Name,Email", "Ana,ana@exämple.com", "Bo,bo@例え.jp"),
        all_well(),
    ),
    (
        "text that looks like a formula",
        "a.csv",
        csv(*PEOPLE, "=1+1,cy@example.com", "'=2,di@example.com"),
        rows("Ana", "Bo", "=1+1", "=2"),
    ),
    (
        "years of two digits, days counted by a spreadsheet",
        "a.csv",
        csv("Name,Email,Born", "Ana,ana@example.com,25/12/90", "Bo,bo@example.com,45000"),
        rows(["two_digit_year"], ["excel_serial"]),
    ),
    ("macros", "a.xlsm", files.added(xlsx(), **{"xl/vbaProject.bin": b"x"}), all_well(said=("macros",))),
    (
        "hidden rows and sheets, merged cells",
        "a.xlsx",
        xlsx(and_then=hidden_and_merged),
        Answer(
            rows={2: "Ana", 3: "Bo", 6: ["no_key"]},
            blank=2,
            said=("hidden_rows", "hidden_sheets", "merged_cells"),
        ),
    ),
    (
        "numbers as text, and as numbers",
        "a.xlsx",
        xlsx([["Name", "Phone"], ["Ana", "11987654321"], ["Bo", 11987654322]]),
        all_well(),
    ),
    (
        "a table that begins lower and further right",
        "a.xlsx",
        xlsx([[], [], ["", "Name", "Email"], ["", "Ana", "ana@example.com"]]),
        Answer(rows={4: "Ana"}),
    ),
    (
        "a sheet that says it is as large as can be",
        "a.xlsx",
        changed(xlsx(), files.SHEET, 'ref="A1:B3"', 'ref="A1:XFD1048576"'),
        all_well(),
    ),
    ("an ODS", "a.ods", ods(files.PEOPLE), all_well()),
    ("an XLS", "a.xls", xls(lambda _: None), all_well()),
    (
        "JSON of an export",
        "a.json",
        b'[{"name": "\'=x", "email": "a@example.com", "tags": ["a, b", "c"]}]',
        Answer(rows={1: "'=x"}),
    ),
    (
        "JSON in lines",
        "a.ndjson",
        b'{"name": "Ana", "email": "ana@example.com"}\n\n{"name": "Bo", "email": null}\n',
        Answer(rows={1: "Ana", 2: ["no_key"]}),
    ),
    ("no objects", "a.json", b"[]", Answer(complete=False)),
]
