"""Which formal names a short name may stand for."""

from __future__ import annotations

from functools import cache
from typing import Final

from nicknames import NickNamer

# English comes from the `nicknames` package. For Portuguese and Spanish no kept list is published as a
# package: these are the ones that dictionaries and the articles "Hipocorístico" of the Spanish and Portuguese
# Wikipedia name, where the short name does not begin like the formal one (those need no table: words.py).
_SPANISH: Final = {
    "alejandro": "jandro sandro",
    "alejandra": "jandra sandra",
    "alfonso": "fonso poncho",
    "alfredo": "fredo",
    "antonia": "tona toni",
    "antonio": "tono toni",
    "concepcion": "concha conchita conchi",
    "consuelo": "chelo",
    "cristina": "tina",
    "dolores": "lola loli lolita",
    "eduardo": "lalo",
    "enrique": "quique kike",
    "ernesto": "neto",
    "fernando": "nando",
    "francisca": "paca paquita pancha",
    "francisco": "paco pancho curro quico kiko paquito",
    "gregorio": "goyo",
    "guadalupe": "lupe lupita",
    "guillermo": "memo willy",
    "ignacio": "nacho",
    "isabel": "chabela isa",
    "jesus": "chucho chuy chus",
    "jose": "pepe pepito chepe",
    "josefa": "pepa pepita",
    "luis": "lucho",
    "manuel": "manolo manolito lolo",
    "mercedes": "merche meche",
    "pedro": "perico",
    "ramon": "moncho",
    "refugio": "cuca",
    "roberto": "beto",
    "alberto": "beto berto",
    "humberto": "beto",
    "rodolfo": "fito",
    "rosario": "charo chayo",
    "salvador": "chava",
    "santiago": "yago",
    "sergio": "checo",
    "vicente": "chente",
}
_PORTUGUESE: Final = {
    "adalberto": "beto",
    "alberto": "beto",
    "antonio": "toninho tonho tonico toze",
    "carlos": "carlinhos",
    "eduardo": "duda dudu edu",
    "fernanda": "nanda",
    "fernando": "nando",
    "filipe": "lipe",
    "felipe": "lipe",
    "francisca": "chica",
    "francisco": "chico xico",
    "helena": "leninha lena",
    "henrique": "rique",
    "isabel": "bel belinha",
    "joaquim": "quim quinzinho",
    "jorge": "jorginho",
    "jose": "ze zeca zezinho zezo",
    "luis": "lula luisinho",
    "luiz": "lula luizinho",
    "manuel": "manel neco",
    "margarida": "guida",
    "maria": "mariazinha mia",
    "paulo": "paulinho",
    "raimundo": "mundinho",
    "roberto": "beto betinho",
    "sebastiao": "tiao bastiao",
    "terezinha": "teca teca",
}


@cache
def _lookup() -> dict[str, frozenset[str]]:
    found = {name: set(formal) for name, formal in NickNamer().canonical_lookup.items()}
    for table in (_SPANISH, _PORTUGUESE):
        for formal, short_names in table.items():
            for short_name in short_names.split():
                found.setdefault(short_name, set()).add(formal)
    return {name: frozenset(formal) for name, formal in found.items()}


_NONE: Final[frozenset[str]] = frozenset()


def formal_names(word: str) -> frozenset[str]:
    """Lower-case, without accents; empty for a word that is short for nothing."""
    return _lookup().get(word, _NONE)
