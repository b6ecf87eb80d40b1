"""A telephone number as it is written, before anyone asks which number it is."""

import re
from dataclasses import dataclass

from identity.text import plain

# Tried at each position of the text, so every repetition is bounded: nothing here may be quadratic.
_EXTENSION = re.compile(
    r"[;,.]? ?"
    r"(?:ext=|(?:ext(?:ens(?:ion|ão|ión))?|ramal|interno|int|anexo|доб|x|\#) {0,2}[.:=]?)"
    r" {0,3}(\d{1,9})$",
    re.IGNORECASE,
)
_BR_PLACEHOLDER = re.compile(r"^([ ().+/\d-]{0,12}0[ (]*)xx(?=[ ().+/\d-]*$)", re.IGNORECASE)
_SPREADSHEET_FLOAT = re.compile(r"\d{7,}\.0+")
_SEPARATORS = str.maketrans("", "", " ()-./")
_NUMBER = re.compile(r"(\+?)(\d{3,24})")
_LONGEST_TEXT = 128
_URI = re.compile(r"(?:tel|sms|callto):(?://)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    digits: str
    plus: bool = False
    extension: str = ""


def read_written(text: str) -> Written | None:
    """The digits, plus and extension of a text that is one number and nothing else; None for any other text.

    Letters are never keypad digits. "0xx11" is the Brazilian placeholder for a carrier and falls away.
    """
    text = plain(text).strip()
    if len(text) > _LONGEST_TEXT:
        return None
    if number := _read_digits(text, extension=""):
        return number
    if uri := _URI.match(text):
        text = _from_uri(text[uri.end() :])
    text = _BR_PLACEHOLDER.sub(r"\1", text)
    return _read_digits(*_split_extension(text))


def _read_digits(text: str, extension: str) -> Written | None:
    match = _NUMBER.fullmatch(text.translate(_SEPARATORS))
    if match is None or _SPREADSHEET_FLOAT.fullmatch(text):
        return None
    return Written(match[2], match[1] == "+", extension)


def _split_extension(text: str) -> tuple[str, str]:
    match = _EXTENSION.search(text)
    return (text[: match.start()], match[1]) if match else (text, "")


def _from_uri(text: str) -> str:
    """RFC 3966: of the parameters only the extension and a context that is a country code matter."""
    number, *parameters = text.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.lower() == "phone-context" and value.startswith("+") and not number.startswith("+"):
            number = value + number
        elif name.lower() == "ext":
            number += f";ext={value}"
    return number
