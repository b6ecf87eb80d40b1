"""What a template says about its columns, in English, Portuguese and Spanish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.import_export.mapping.domain.headings import LANGUAGES, label_of, target_of
from services.import_export.mapping.domain.known import Known
from services.import_export.mapping.domain.wrong import Facts

_Three = tuple[str, str, str]
# In the order in which people fill them in.
_STANDARD: Final[Mapping[str, tuple[_Three, _Three]]] = {
    "name": (
        ("Required. First and last name.", "Obrigatório. Nome e sobrenome.",
         "Obligatorio. Nombre y apellidos."),
        ("Maria Silva", "Maria Silva", "María Silva"),
    ),
    "email": (
        ("One address. It tells who is known already.", "Um endereço. Mostra quem já é conhecido.",
         "Una dirección. Muestra quién ya es conocido."),
        ("maria@example.com",) * 3,
    ),
    "phone": (
        ("One number with its area code, better with + and country.",
         "Um número com DDD, melhor com + e o país.", "Un número con prefijo, mejor con + y el país."),
        ("+5511987654321",) * 3,
    ),
    "whatsapp": (
        ("One number, as for the phone.", "Um número, como no telefone.", "Un número, como en el teléfono."),
        ("+5511987654321",) * 3,
    ),
    "emails": (
        ("More addresses, separated by commas.", "Mais endereços, separados por vírgulas.",
         "Más direcciones, separadas por comas."),
        ("maria@example.net, silva@example.org",) * 3,
    ),
    "phones": (
        ("More numbers, separated by commas.", "Mais números, separados por vírgulas.",
         "Más números, separados por comas."),
        ("+551133334444, +5511912345678",) * 3,
    ),
    "tags": (
        ("Separated by commas; new ones are created.", "Separadas por vírgulas; as novas são criadas.",
         "Separadas por comas; las nuevas se crean."),
        ("VIP, newsletter", "VIP, boletim", "VIP, boletín"),
    ),
    "teams": (
        ("Who may see the customer; names separated by commas.",
         "Quem pode ver o cliente; nomes separados por vírgulas.",
         "Quién puede ver al cliente; nombres separados por comas."),
        ("", "", ""),
    ),
    "assignee": (
        ("The name of a user.", "O nome de um usuário.", "El nombre de un usuario."),
        ("", "", ""),
    ),
    "status": (
        ("Active if empty.", "Ativo se vazio.", "Activo si está vacío."),
        ("Active", "Ativo", "Activo"),
    ),
    "created_at": (
        ("Since when a customer; now if empty.", "Desde quando é cliente; agora se vazio.",
         "Desde cuándo es cliente; ahora si está vacío."),
        ("2024-01-31",) * 3,
    ),
}  # fmt: skip
_TYPES: Final[Mapping[str, tuple[_Three, _Three]]] = {
    "text": (("Text.", "Texto.", "Texto."), ("", "", "")),
    "number": (
        ("A number.", "Um número.", "Un número."),
        ("1234.56", "1234,56", "1234,56"),
    ),
    "date": (("A date.", "Uma data.", "Una fecha."), ("1990-02-28",) * 3),
    "datetime": (
        ("A date and a time.", "Data e hora.", "Fecha y hora."),
        ("2024-01-31 09:30",) * 3,
    ),
    "boolean": (("Yes or no.", "Sim ou não.", "Sí o no."), ("Yes", "Sim", "Sí")),
    "select": (("One of the options.", "Uma das opções.", "Una de las opciones."), ("", "", "")),
    "multiselect": (
        (
            "Options, separated by commas.",
            "Opções, separadas por vírgulas.",
            "Opciones, separadas por comas.",
        ),
        ("", "", ""),
    ),
    "url": (
        ("A web address.", "Um endereço da web.", "Una dirección web."),
        ("https://example.com",) * 3,
    ),
}
_REQUIRED: Final = ("Required. ", "Obrigatório. ", "Obligatorio. ")
_YES_NO: Final = (("Yes", "No"), ("Sim", "Não"), ("Sí", "No"))
_STATUSES: Final = (
    ("Active", "Inactive", "Blocked"),
    ("Ativo", "Inativo", "Bloqueado"),
    ("Activo", "Inactivo", "Bloqueado"),
)
# Names of the sheets and of the columns of the second one, and of the file.
TITLES: Final = {
    "en": ("Customers", "Explanations", "Lists", ("Column", "What goes there", "Example", "Options")),
    "pt": ("Clientes", "Explicações", "Listas", ("Coluna", "O que colocar", "Exemplo", "Opções")),
    "es": ("Clientes", "Explicaciones", "Listas", ("Columna", "Qué poner", "Ejemplo", "Opciones")),
}
FILENAMES: Final = {"en": "customers-template", "pt": "modelo-clientes", "es": "plantilla-clientes"}


@dataclass(frozen=True, slots=True)
class Explained:
    """One column. `kind`: a custom field's type, or the target; `several`: a cell may hold more than one."""

    header: str
    kind: str
    what: str
    example: str
    options: tuple[str, ...] = ()
    several: bool = False


def columns_of_template(facts: Facts, language: str) -> list[Explained]:
    """What a file to be filled in has today: the usual columns, then the custom fields in their order."""
    at = LANGUAGES.index(language)
    return [*_standard(facts, language, at), *_custom(facts, at)]


def _standard(facts: Facts, language: str, at: int) -> Iterator[Explained]:
    options = {"teams": tuple(team["name"] for team in facts.get("teams") or ()), "status": _STATUSES[at]}
    for key, (what, example) in _STANDARD.items():
        several = key in ("emails", "phones", "tags", "teams")
        yield Explained(label_of(key, language), key, what[at], example[at], options.get(key, ()), several)


def _custom(facts: Facts, at: int) -> Iterator[Explained]:
    known = Known(facts)
    for field in known.fields:
        kind = field["type"]
        what, example = _TYPES[kind]
        options = tuple(option["label"] for option in field.get("options") or ())
        said = f"{_REQUIRED[at] if field.get('required') else ''}{what[at]}"
        yield Explained(
            _header(field, known),
            kind,
            said,
            options[0] if options else example[at],
            _YES_NO[at] if kind == "boolean" else options,
            kind == "multiselect",
        )


def _header(field: Mapping[str, Any], known: Known) -> str:
    """The label, with the key where the label alone would be read as something else."""
    key = f"custom.{field['key']}"
    label = str(field["label"])
    return label if target_of(label, known) == key else f"{label} ({key})"
