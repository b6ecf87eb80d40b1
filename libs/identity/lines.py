"""Which line a written number means. Phone and WhatsApp share this: a line is a line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

from identity import spellings
from identity.written import Written

# The ITU's E.164: at most 15 digits; the shortest numbers in use have 7 (Niue: 683 and four).
_SHORTEST, _LONGEST = 7, 15
# Fewer digits without "+" are a local number: one line for people of many towns, if it became one.
_SHORTEST_WITHOUT_PLUS = 10
# Hardly a national number without trunk prefix is this long, but for Argentine mobiles written with 15.
_SURELY_INTERNATIONAL = 12
_SUBSCRIBER = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)


@dataclass(frozen=True, slots=True)
class Line:
    """`shown` and `key` are international digits.

    `valid`: in an assigned range. `complete`: of a length that subscribers have in its country.
    """

    shown: str
    key: str
    valid: bool
    complete: bool
    mobile: bool = False


def find_line(number: Written, *, region: str, international_first: bool, lenient: bool) -> Line | None:
    """The line that `number` means, or None when it cannot be one.

    With "+" or 00 it is international. Without, it is read in the default region and as international digits,
    and a valid reading beats one that is only complete. With `lenient`, international digits are a line even
    if no plan knows them.
    """
    complete = None
    for line in _readings(number, region, international_first):
        if line.valid:
            return line
        complete = complete or (line if line.complete else None)
    return complete or (_plausible(number, international_first) if lenient else None)


def all_lines(number: Written, *, region: str) -> list[Line]:
    """Every complete reading of `number`, the default region's first."""
    return [line for line in _readings(number, region, international_first=False) if line.complete]


def _readings(number: Written, region: str, international_first: bool) -> Iterator[Line]:
    """Lazily, likeliest first: libphonenumber is slow, and the first reading is usually right."""
    for read in _ways_to_read(number, region, international_first):
        if line := read():
            yield line


def _ways_to_read(number: Written, region: str, international_first: bool) -> list[Callable[[], Line | None]]:
    digits = number.digits
    if number.plus:
        return [partial(_international, digits.lstrip("0"))]
    national = partial(_national, digits, region)
    if digits.startswith("00"):
        return [partial(_international, digits[2:]), national]
    if digits.startswith("0"):
        return [national]
    if international_first:
        return [partial(_international, digits), national]
    abroad = partial(_abroad, digits)
    if len(digits) < _SURELY_INTERNATIONAL or _is_mobile(national()):
        return [national, abroad]
    return [abroad, national]


def _is_mobile(line: Line | None) -> bool:
    return line is not None and line.mobile


def _abroad(digits: str) -> Line | None:
    """What was typed without "+" is a number of another country only if that country assigns it."""
    line = _international(digits) if len(digits) >= _SHORTEST_WITHOUT_PLUS else None
    return line if line and line.valid else None


def _plausible(number: Written, international_first: bool) -> Line | None:
    digits = number.digits.lstrip("0") if number.plus else number.digits.removeprefix("00")
    marked = number.plus or international_first or digits != number.digits
    shortest = _SHORTEST if marked else _SHORTEST_WITHOUT_PLUS
    if digits.startswith("0") or not shortest <= len(digits) <= _LONGEST:
        return None
    line = _international(digits)
    if line and line.complete:
        return line
    return Line(spellings.shown(digits), spellings.canonical(digits), valid=False, complete=False)


def _international(digits: str) -> Line | None:
    """Brazilian numbers are recognised by their shape: most numbers here, at a fraction of the cost."""
    if mobile := spellings.brazil(digits):
        return Line(mobile, mobile, valid=True, complete=True, mobile=True)
    if spellings.is_brazilian_landline(digits):
        return Line(digits, digits, valid=True, complete=True)
    if spellings.is_young_brazilian_mobile(digits):
        return Line(digits, digits, valid=True, complete=True, mobile=True)
    return _parsed("+" + spellings.shown(spellings.undialled(digits)), None)


def _national(digits: str, region: str) -> Line | None:
    """Trunk prefixes of Brazil and Mexico are removed here: libphonenumber knows few carriers and no 044."""
    if region == "BR" and not digits.startswith("0") and len(digits) in (10, 11):
        return _international("55" + digits)
    code = phonenumbers.country_code_for_region(region)
    if code in (52, 55) and digits.startswith("0") and not digits.startswith("00"):
        return _international(f"{code}{digits}")
    return _parsed(digits, region)


@lru_cache(maxsize=16_384)
def _parsed(text: str, region: str | None) -> Line | None:
    number = _parse(text, region)
    if number is None:
        return None
    shown = spellings.shown(_digits(number))
    if text != "+" + shown:
        number = _parse("+" + shown, None)
    if number is None or len(shown) > _LONGEST or spellings.shown(_digits(number)) != shown:
        return None
    kind = phonenumbers.number_type(number)
    valid = kind != PhoneNumberType.UNKNOWN
    complete = valid or _is_complete(number, shown)
    mobile = kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return Line(shown, spellings.canonical(shown), valid, complete, mobile)


def _parse(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _digits(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]


def _is_complete(number: PhoneNumber, shown: str) -> bool:
    """Of a subscriber's length, assigned or not: test numbers are; local numbers without area code are not.

    No North American area code begins with 0 or 1 (NANPA): "+11 98765-4321" is Brazilian, its 55 forgotten.
    """
    if shown.startswith(("10", "11")):
        return False
    lengths = (phonenumbers.is_possible_number_for_type_with_reason(number, kind) for kind in _SUBSCRIBER)
    return ValidationResult.IS_POSSIBLE in lengths
