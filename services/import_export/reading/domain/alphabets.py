"""The letters that languages have beyond A to Z, by the encodings that people write them in."""

from __future__ import annotations

from typing import Final


def _both(letters: str) -> frozenset[str]:
    return frozenset(letters + letters.upper())


_WESTERN: Final = (
    _both("ãõçáéíóúâêôàü"),  # Portuguese
    _both("áéíóúñü"),  # Spanish
    _both("àâäçéèêëîïôöùûüÿœæ"),  # French
    _both("äöüß"),  # German
    _both("àèéìíòóùú"),  # Italian
    _both("éèëïíóöüáêûô"),  # Dutch
    _both("åäöéæøüàô"),  # the Nordic languages
    _both("àçéèíïóòúü"),  # Catalan
    _both("áéíóúýðþæö"),  # Icelandic
)
_CENTRAL: Final = (
    _both("ąćęłńóśźż"),  # Polish
    _both("áčďéěíňóřšťúůýžľĺŕôä"),  # Czech and Slovak
    _both("áéíóöőúüű"),  # Hungarian
    _both("ăâîşţ"),  # Romanian
    _both("čćđšž"),  # Croatian, Slovene
)
_CYRILLIC: Final = (
    _both("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),  # Russian, Bulgarian
    _both("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),  # Ukrainian
    _both("абвгдђежзијклљмнњопрстћуфхцчџш"),  # Serbian
)
_GREEK: Final = (_both("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"),)
_TURKISH: Final = (frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ"),)
_BALTIC: Final = (_both("ąčęėįšųūž"), _both("āčēģīķļņšūž"), _both("äöõüšž"))

# The most common first: of encodings that fit equally well the first one is taken.
# ISO 8859-1, -9 and -13 are parts of Windows-1252, -1254 and -1257.
ALPHABETS: Final = {
    "windows-1252": _WESTERN,
    "windows-1250": _CENTRAL,
    "windows-1251": _CYRILLIC,
    "windows-1254": _TURKISH,
    "windows-1253": _GREEK,
    "windows-1257": _BALTIC,
    "iso-8859-15": _WESTERN,
    "iso-8859-2": _CENTRAL,
    "iso-8859-5": _CYRILLIC,
    "iso-8859-7": _GREEK,
}

# What people write in any language.
MARKS: Final = frozenset("\u00a0’‘“”„–—…·•€£§°ºª«»¿¡®©™´½¼№")
# Those that no word follows at once.
CLOSING_MARKS: Final = frozenset("€£§°ºª»®©™´½¼”…")

VOWELS: Final = frozenset("аеёиіїоуыэюяєαεηιουωάέήίόύώϊϋΐΰ")
