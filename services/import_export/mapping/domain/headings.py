"""What our own files call their columns: exports in English, templates in three languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from servicekit.text import folded
from services.import_export.mapping.domain.known import Known
from services.import_export.mapping.domain.targets import IGNORED, READ_ONLY, STANDARD

LANGUAGES: Final = ("en", "pt", "es")
# The key of a custom field alone, or behind a label that others have, too.
_KEY: Final = re.compile(r"(?:^|\()custom\.([a-z0-9_]+)\)?$")
_LABELS: Final[Mapping[str, tuple[str, str, str]]] = {
    "id": ("ID", "ID", "ID"),
    "name": ("Name", "Nome", "Nombre"),
    "email": ("E-mail", "E-mail", "Correo electrónico"),
    "phone": ("Phone", "Telefone", "Teléfono"),
    "whatsapp": ("WhatsApp", "WhatsApp", "WhatsApp"),
    "emails": ("Other e-mails", "Outros e-mails", "Otros correos"),
    "phones": ("Other phones", "Outros telefones", "Otros teléfonos"),
    "whatsapps": ("Other WhatsApps", "Outros WhatsApps", "Otros WhatsApps"),
    "instagram": ("Instagram", "Instagram", "Instagram"),
    "facebook": ("Facebook", "Facebook", "Facebook"),
    "telegram": ("Telegram", "Telegram", "Telegram"),
    "external": ("External ids", "Ids externos", "Ids externos"),
    "tags": ("Tags", "Etiquetas", "Etiquetas"),
    "teams": ("Teams", "Equipes", "Equipos"),
    "assignee": ("Assignee", "Responsável", "Responsable"),
    "status": ("Status", "Situação", "Estado"),
    "channel": ("Channel", "Canal", "Canal"),
    "created_at": ("Created at", "Cadastrado em", "Registrado el"),
    "updated_at": ("Updated at", "Atualizado em", "Actualizado el"),
    "last_interaction_at": ("Last interaction at", "Última interação em", "Última interacción el"),
    "version": ("Version", "Versão", "Versión"),
}
_TARGETS: Final = {folded(label): key for key, labels in _LABELS.items() for label in labels} | {
    key: key for key in STANDARD
}


def label_of(target: str, language: str) -> str:
    """The header of a standard column."""
    return _LABELS[target][LANGUAGES.index(language)]


def target_of(header: str, known: Known) -> str | None:
    """The target of a header that our files have: a label or a key, whatever its case and accents."""
    text = folded(header)
    if key := _TARGETS.get(text):
        return IGNORED if key in READ_ONLY else key
    found = _KEY.search(text)
    if found and found[1] in known.keys:
        return f"custom.{found[1]}"
    named = known.by_label.get(text, ())
    return f"custom.{named[0]}" if text and len(named) == 1 else None
