"""What people and programs call the columns of customers, in English, Portuguese and Spanish."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from servicekit.text import folded

_NOT_A_WORD: Final = re.compile(r"[\W_]+")

# As `compact` writes them. Of two columns for one primary address the first word here wins.
_WORDS: Final[Mapping[str, str]] = {
    "name": """name fullname displayname customername clientname contactname customer client contact
        nome nomecompleto nomedocliente nomecliente nomedocontato cliente contato
        nombre nombrecompleto nombreyapellido nombreyapellidos nombredelcliente nombrecliente contacto""",
    "first_name": """firstname givenname forename middlename additionalname
        primeironome prenome segundonome nomedomeio
        primernombre nombredepila segundonombre nombres""",
    "last_name": """lastname surname familyname secondname
        sobrenome ultimonome nomedefamilia
        apellido apellidos primerapellido segundoapellido""",
    "email": """email mail emailaddress emailaddresses primaryemail emailprincipal
        contactemail workemail personalemail
        enderecodeemail enderecoemail correioeletronico emaildocliente emailpessoal emailcomercial
        correo correoelectronico direcciondecorreo direcciondecorreoelectronico
        direcciondeemail emailpersonal""",
    "phone": """mobile mobilephone mobilenumber mobilephonenumber cell cellphone cellnumber cellular
        celular telefonecelular numerodecelular celularprincipal telemovel telefonemovel
        movil telefonomovil numerodemovil telefonocelular
        phone phonenumber telephone telephonenumber tel fone contactnumber primaryphone phoneprimary
        telefone telefoneprincipal numerodetelefone telefonedecontato numerodocelular
        telefono numerodetelefono numerotelefono telefonoprincipal telefonodecontacto
        homephone telefoneresidencial telefonedecasa telefonefixo fixo telefonoparticular telefonofijo
        telefonodecasa
        workphone businessphone companymainphone otherphone officephone telefonecomercial telefonedotrabalho
        telefonecorporativo outrotelefone telefonodeltrabajo telefonotrabajo otrotelefono""",
    "whatsapp": """whatsapp whatsappnumber whatsappphone numerodowhatsapp numerodewhatsapp numerowhatsapp
        celularwhatsapp telefonewhatsapp telefonowhatsapp whats wpp zap""",
    "instagram": "instagram instagramid iddoinstagram iddeinstagram",
    "facebook": "facebook facebookid messengerid iddofacebook iddefacebook",
    "telegram": "telegram telegramid iddotelegram iddetelegram",
    "external": "externalid external idexterno iddosistema codigoexterno externalcode",
    "id": "id customerid uuid iddocliente idcliente iddelcliente",
    "tags": """tags tag labels label categories category groups group groupmembership segments
        etiquetas etiqueta marcadores marcador categorias categoria grupos grupo segmentos""",
    "teams": "teams team equipe equipes equipa equipas time times equipo equipos setor sector",
    "assignee": """assignee assignedto owner contactowner responsible agent salesperson accountmanager
        responsavel atendente agente vendedor consultor responsable encargado asesor propietario""",
    "status": "status situacao situacion estado state estatus customerstatus",
    "channel": "channel source origin canal origem origen fonte fuente",
    "created_at": """createdat created createdon creationdate createddate registered registeredat
        registrationdate
        signupdate dateadded dateregistered customersince createdtime
        criadoem datadecriacao datadecadastro datacadastro cadastradoem cadastro registradoem dataderegistro
        clientedesde
        creadoel creadoen fechadecreacion fechacreacion fechadealta fechaderegistro fecharegistro registradoel
        registrado""",
}
WORDS: Final[Mapping[str, tuple[str, int]]] = {
    word: (target, rank) for target, words in _WORDS.items() for rank, word in enumerate(words.split())
}
# What alone means the whole name, beside a last name means the first one.
BARE_NAMES: Final = frozenset({"name", "nome", "nombre", "nombres"})
# Of what these say, only values of the right kind prove that they mean us.
DOUBTFUL: Final = frozenset(
    ("id", "customerid", "uuid", "iddocliente", "idcliente", "iddelcliente")
    + ("time", "times", "setor", "sector", "status", "situacao", "situacion", "estado", "state", "estatus")
    + ("customerstatus", "channel", "source", "origin", "canal", "origem", "origen", "fonte", "fuente")
    + ("instagram", "facebook", "telegram", "fixo", "mail", "contact", "client", "customer", "created")
    + ("contato", "contacto", "cliente", "cadastro", "registrado", "registered", "group", "grupo", "category")
    + ("categoria", "segments", "segmentos")
)

_GOOGLE: Final = re.compile(r"(e-?mail|phone) \d+ - value", re.IGNORECASE)
_GOOGLE_TARGETS: Final = {
    "name": "name", "first name": "first_name", "middle name": "first_name", "last name": "last_name",
    "given name": "first_name", "additional name": "first_name", "family name": "last_name",
    "labels": "tags", "group membership": "tags",
}  # fmt: skip
_OUTLOOK: Final = re.compile(r"e-mail (?:\d )?address")
_OUTLOOK_TARGETS: Final = {
    "first name": "first_name", "middle name": "first_name", "last name": "last_name",
    "e-mail address": "email", "e-mail 2 address": "emails", "e-mail 3 address": "emails",
    "categories": "tags", "mobile phone": "phone", "primary phone": "phones", "home phone": "phones",
    "home phone 2": "phones", "business phone": "phones", "business phone 2": "phones",
    "company main phone": "phones", "other phone": "phones", "car phone": "phones",
}  # fmt: skip


# Columns of both programs that have no place here but are surely theirs: a fax is no telephone of a person.
_THEIRS: Final = re.compile(
    r"(?:e-?mail|phone|address|relation|website|event|custom field|im) \d+ - .+|(?:business|home|other) .+"
    r"|e-mail (?:\d )?(?:address|type|display name)|.*fax|pager|telex|isdn|tty/tdd phone|callback|radio phone"
    r"|assistant's .+|name (?:prefix|suffix)|phonetic .+|yomi .+|nickname|file as|title|suffix|initials|notes"
    r"|organization .+|company.*|department|job title|birthday|anniversary|gender|location|occupation|photo"
    r"|maiden name|short name|mileage|billing information|directory server|sensitivity|priority|subject|hobby"
    r"|language|account|keywords|categories|web page|spouse|children|profession|manager's name|po box"
    r"|office location"
    r"|government id number|organizational id number|internet free busy|user \d|private|referred by"
)
COMPANIES: Final = ("Organization Name", "Organization 1 - Name", "Company")


def is_theirs(header: str) -> bool:
    return _THEIRS.fullmatch(folded(header)) is not None


def compact(header: str) -> str:
    """Letters and digits alone, without case and accents: how headers are compared."""
    return _NOT_A_WORD.sub("", folded(header))


def google(headers: list[str]) -> dict[str, str] | None:
    """The targets of a file that Google Contacts wrote, by header as it is; None for another file."""
    values = [header for header in headers if _GOOGLE.fullmatch(header.strip())]
    if not values:
        return None
    known = {"e": "emails", "p": "phones"}
    found = {header: known[header.strip()[0].lower()] for header in values}
    return found | _of_program(headers, _GOOGLE_TARGETS)


def outlook(headers: list[str]) -> dict[str, str] | None:
    """The targets of a file that Outlook wrote, in English, by header as it is; None for another file."""
    words = {folded(header) for header in headers}
    if not any(map(_OUTLOOK.fullmatch, words)) or not {"first name", "last name"} <= words:
        return None
    return _of_program(headers, _OUTLOOK_TARGETS)


def _of_program(headers: list[str], targets: Mapping[str, str]) -> dict[str, str]:
    """A full name makes its parts superfluous."""
    found = {header: to for header in headers if (to := targets.get(folded(header)))}
    if "name" in found.values():
        found = {header: to for header, to in found.items() if to not in ("first_name", "last_name")}
    return found
