"""Small words that mean a value: yes and no, states, months; in English, Portuguese and Spanish."""

from __future__ import annotations

from typing import Final

from servicekit.text import folded
from services.import_export.mapping.domain.wrong import Cell, Wrong

_YES: Final = frozenset(
    ["true", "yes", "y", "sim", "s", "si", "verdadeiro", "verdadero", "v", "1", "x", "on"]
)
_NO: Final = frozenset(["false", "no", "n", "nao", "falso", "f", "0", "off"])
STATUSES: Final = {
    "active": frozenset(["active", "ativo", "ativa", "activo", "activa"]),
    "inactive": frozenset(["inactive", "inativo", "inativa", "inactivo", "inactiva"]),
    "blocked": frozenset(["blocked", "bloqueado", "bloqueada"]),
}
_MONTHS: Final = (
    "january jan janeiro enero ene",
    "february feb fevereiro fev febrero",
    "march mar marco marzo",
    "april apr abril abr",
    "may maio mai mayo",
    "june jun junho junio",
    "july jul julho julio",
    "august aug agosto ago",
    "september sep sept setembro set septiembre setiembre",
    "october oct outubro out octubre",
    "november nov novembro noviembre",
    "december dec dezembro dez diciembre dic",
)
_MONTH: Final = {word: n for n, words in enumerate(_MONTHS, start=1) for word in words.split()}


def read_boolean(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float) and cell in (0, 1):
        return bool(cell)
    word = folded(cell) if isinstance(cell, str) else ""
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Wrong("invalid_boolean", "yes or no is expected, in English, Portuguese or Spanish")


def read_status(cell: Cell) -> str:
    word = folded(cell) if isinstance(cell, str) else ""
    for status, words in STATUSES.items():
        if word in words:
            return status
    raise Wrong("invalid_status", f"one of {', '.join(STATUSES)}")


def month_of(word: str) -> int | None:
    """1 for January, janeiro, enero, jan."""
    return _MONTH.get(folded(word).rstrip("."))
