"""What is suggested for the columns of a file."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.import_export.mapping.domain.chosen import read_mapping
from services.import_export.mapping.domain.mapper import Mapper
from services.import_export.mapping.domain.suggestion import mapping_of, suggest
from services.import_export.tests.mapping.builders import a_column, a_field, columns, facts

ID = "0193a5c1-0000-7000-8000-000000000001"


def targets(headers, *rows):
    return [entry["to"] for entry in suggest(columns(headers, *rows), facts())["columns"]]


def mapped(headers, row):
    """The suggestion as it is, and what it makes of a row."""
    suggestion = suggest(columns(headers, row), facts())
    assert suggestion["complete"]
    known = columns(headers, row)
    return suggestion, Mapper(mapping_of(suggestion), facts(), known).row(row)


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        (["Full name", "E-Mail Address", "Mobile", "Whats"], ["name", "email", "phone", "whatsapp"]),
        (["NOME COMPLETO", "Endereço de e-mail", "Celular", "etiquetas"], ["name", "email", "phone", "tags"]),
        (["nombre", "Correo electrónico", "TELÉFONO MÓVIL", "Etiquetas"], ["name", "email", "phone", "tags"]),
        (["first_name", "lastName", "email"], ["first_name", "last_name", "email"]),
        (["Nome", "Sobrenome", "Data de cadastro"], ["first_name", "last_name", "created_at"]),
        (["Nombre", "Apellidos", "Responsable"], ["first_name", "last_name", "assignee"]),
        (["Name", "First name", "Last name"], ["name", None, None]),
        (["Name", "Tel. residencial", "Celular", "Fone 2"], ["name", None, "phone", "phones"]),
        (["Name", "E-mail 2", "E-mail"], ["name", "emails", "email"]),
        (["Name", "Fax", "Shoe size", ""], ["name", None, None, None]),
        (["PLAN", "Date-of-birth", "score"], ["custom.plan", "custom.birthday", "custom.score"]),
        (["Name", "custom.plan", "Whatever (custom.score)"], ["name", "custom.plan", "custom.score"]),
        (["ID", "Name", "Updated at", "Version"], ["id", "name", "ignored", "ignored"]),
    ],
)  # fmt: skip
def test_headers_in_three_languages(headers, wanted):
    assert targets(headers) == wanted


@pytest.mark.parametrize(
    ("header", "value", "to"),
    [
        ("x", "ana@example.com", "email"), ("x", "+55 11 98765-4321", "phone"),
        ("x", "(11) 3333-4444", "phone"),
        ("x", "11987654321", None), ("x", "Sales", "teams"), ("x", "Gold", "custom.plan"),
        ("x", "Tea, Maté, cold", None),
        ("ID", "17", None), ("ID", ID, "id"), ("Status", "Won", None), ("Situação", "Ativo", "status"),
        ("Origem", "Indicação", None), ("Origem", "instagram", "channel"), ("Instagram", "@ana", None),
        ("Instagram", "17841400000000001", "instagram"), ("Time", "10:00", None), ("Time", "sales", "teams"),
        ("Phone", "see e-mail", None), ("E-mail", "#N/A", "email"), ("Plan", "Platinum", None),
    ],
)  # fmt: skip
def test_values_tell_where_headers_do_not_and_refute_where_they_err(header, value, to):
    assert targets(["Name", header], ["Ana", value]) == ["name", to]


def test_a_header_that_its_values_refute_is_only_named():
    _, entry = suggest(columns(["Name", "Status"], ["Ana", "Won"]), facts())["columns"]
    assert (entry["to"], entry["perhaps"], entry["why"]) == (None, "status", "export")
    assert entry["confidence"] < 0.5


def test_a_column_that_nobody_is_sure_of_is_dropped_by_nobody_but_who_says_so():
    suggestion = suggest([a_column(0, "Name", "Ana Souza"), a_column(1, "E-mail", "n/a", "none")], facts())
    assert suggestion["columns"][1]["perhaps"] == "email"
    assert not suggestion["complete"]


def test_the_headers_of_an_export_are_right_whatever_stands_below_them():
    suggestion = suggest(columns(["ID", "Name", "E-mail"], [ID, "Ana", "n/a"]), facts())
    assert [each["to"] for each in suggestion["columns"]] == ["id", "name", "email"]
    assert suggestion["complete"]


def test_without_names_and_ids_it_is_not_complete():
    assert not suggest(columns(["E-mail"], ["ana@example.com"]), facts())["complete"]
    assert not suggest([a_column(0, "", "Ana Souza"), a_column(1, "", "a@x.com")], facts())["complete"]
    assert suggest(columns(["ID", "Tags"], [ID, "vip"]), facts())["complete"]


def test_the_rules_that_the_values_tell_are_shown():
    rows = [["Ana", "25/03/1990", "1.234,5"], ["Rui", "01/02/1990", "7"]]
    suggestion = suggest(columns(["Name", "Date of birth", "Score"], *rows), facts())
    said = [entry.get("as") for entry in suggestion["columns"]]
    assert said == [None, {"date_order": "dmy"}, {"decimal": ","}]
    rules = [[rule["code"] for rule in entry.get("rules", ())] for entry in suggestion["columns"]]
    assert rules == [[], ["date_order"], ["decimal_mark"]]


def test_the_rules_that_nothing_tells_are_shown_too():
    _, dates = suggest(columns(["Name", "Created at"], ["Ana", "01/02/90"], ["Rui", "32932"]), facts())[
        "columns"
    ]
    assert "as" not in dates
    assert [rule["code"] for rule in dates["rules"]] == ["date_order", "two_digit_year", "excel_serial"]
    assert dates["rules"][0]["detail"] == "read as dmy, as is usual in the region; its values do not tell"


GOOGLE = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Phonetic First Name",
    "Nickname",
    "File As",
    "Organization Name",
    "Birthday",
    "Notes",
    "Photo",
    "Labels",
    "E-mail 1 - Label",
    "E-mail 1 - Value",
    "E-mail 2 - Label",
    "E-mail 2 - Value",
    "Phone 1 - Label",
    "Phone 1 - Value",
    "Phone 2 - Value",
    "Address 1 - City",
    "Website 1 - Value",
]
OLD_GOOGLE = [
    "Name",
    "Given Name",
    "Family Name",
    "Group Membership",
    "E-mail 1 - Type",
    "E-mail 1 - Value",
    "Phone 1 - Value",
]
OUTLOOK = [
    "Title",
    "First Name",
    "Middle Name",
    "Last Name",
    "Suffix",
    "Company",
    "Department",
    "Job Title",
    "Business Street",
    "Home City",
    "Business Fax",
    "Business Phone",
    "Business Phone 2",
    "Home Phone",
    "Mobile Phone",
    "Pager",
    "Categories",
    "E-mail Address",
    "E-mail Type",
    "E-mail 2 Address",
    "Notes",
    "Web Page",
]


def test_contacts_of_google_map_without_a_touch():
    row = [
        "Ana",
        "Maria",
        "Souza",
        "",
        "",
        "",
        "Acme",
        "",
        "x",
        "",
        "* myContacts ::: * starred ::: Família",
        "Home",
    ]
    row += [
        "ana@x.com ::: ana@y.com",
        "",
        "ana@z.com",
        "Mobile",
        "+55 11 98765-4321 ::: (11) 3333-4444",
        "",
        "",
        "",
    ]
    suggestion, ana = mapped(GOOGLE, row)
    why = {entry["column"]: entry["why"] for entry in suggestion["columns"] if entry["to"]}
    assert (why.pop("Birthday"), set(why.values())) == ("header", {"google"})
    assert ana.form["name"] == "Ana Maria Souza"
    assert ana.form["tags"] == ["starred", "Família"]
    values = [each["value"] for each in ana.form["addresses"]]
    assert values == ["ana@x.com", "ana@y.com", "ana@z.com", "+5511987654321", "+551133334444"]


def test_a_company_without_a_person_is_called_by_its_name():
    row = [""] * len(GOOGLE)
    row[GOOGLE.index("Organization Name")], row[GOOGLE.index("Phone 1 - Value")] = "Acme", "11987654321"
    assert mapped(GOOGLE, row)[1].form["name"] == "Acme"


def test_contacts_of_an_older_google_have_a_full_name():
    row = ["Ana Souza", "Ana", "Souza", "* myContacts", "* ", "ana@x.com", "11987654321"]
    assert mapped(OLD_GOOGLE, row)[1].form["name"] == "Ana Souza"


def test_contacts_of_outlook_map_without_a_touch():
    row = [
        "Dr.",
        "Ana",
        "",
        "Souza",
        "",
        "Acme",
        "",
        "",
        "",
        "",
        "1133330000",
        "1133334444",
        "",
        "",
        "11987654321",
    ]
    row += ["", "VIP;Família", "ana@x.com", "SMTP", "ana@y.com", "x", ""]
    suggestion, ana = mapped(OUTLOOK, row)
    assert {entry["why"] for entry in suggestion["columns"] if entry["to"]} == {"outlook"}
    assert (ana.form["name"], ana.form["tags"]) == ("Ana Souza", ["VIP", "Família"])
    places = {each["value"]: each["field"] for each in ana.form["addresses"]}
    assert places == {
        "ana@x.com": "email", "ana@y.com": "contact_points",
        "+5511987654321": "phone", "+551133334444": "contact_points",
    }  # fmt: skip


def test_many_columns_and_many_fields_take_no_longer_than_both_together():
    fields = [a_field(f"f{n}", "select", options=[f"{n} {m}" for m in range(100)]) for n in range(200)]
    known = [a_column(n, f"Column {n}", f"{n % 200} 7", f"{n % 200} 8") for n in range(1_000)]
    started = time.process_time()
    suggestion = suggest(known, facts(fields=fields))
    assert time.process_time() - started < 5  # every column with every field would take minutes
    assert suggestion["columns"][57]["to"] == "custom.f57"


HEADERS = st.sampled_from(
    ["Name", "Nome", "E-mail", "ID", "Time", "Status", "", "Instagram", "E-mail 1 - Value", "Plan"]
)
CELLS = st.sampled_from(["", "a@x.com", "11987654321", "1.234", "01/02/03", "#N/A", "Gold", ID, "\x00"])


@settings(max_examples=60)
@given(
    headers=st.lists(HEADERS | st.text(max_size=12), max_size=8),
    sample=st.lists(CELLS | st.text(max_size=12) | st.floats() | st.dates() | st.booleans(), max_size=3),
)
def test_whatever_the_columns_there_is_a_suggestion_that_can_be_chosen(headers, sample):
    known = [a_column(n, header, *sample) for n, header in enumerate(headers)]
    suggestion = suggest(known, facts())
    assert len(suggestion["columns"]) == len(headers)
    if suggestion["complete"]:
        chosen = read_mapping(mapping_of(suggestion), columns=known, facts=facts())
        Mapper(chosen, facts(), known).row(sample)
