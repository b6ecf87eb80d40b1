"""Countries whose numbers have more than one international spelling.

Everything here works on international digits without "+" and by shape alone, never by libphonenumber's tables
of assigned ranges: those change with every release, and a key in a database must not.
"""

import re
from collections.abc import Callable

_BR_AREA = "(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])"
_BR_MOBILE = re.compile(rf"55({_BR_AREA})9?([6-9]\d{{7}})")
_BR_YOUNG_MOBILE = re.compile(rf"55{_BR_AREA}9[0-5]\d{{7}}")
_BR_LANDLINE = re.compile(rf"55{_BR_AREA}[2-5]\d{{7}}")
_BR_DIALLED = re.compile(r"550(?:\d\d)?([1-9]\d{9,10})")
_MX = re.compile(r"52(?:1|01|044|045)?([2-9]\d{9})")
_AR = re.compile(r"549?((?:11|[23]\d)\d{8})")
_AR_NINE_AND_FIFTEEN = re.compile(r"549(\d{2,4}15\d{6,8})")


def brazil(digits: str) -> str | None:
    """The line of a Brazilian mobile, with its ninth digit; None for anything else.

    Anatel resolution 553/2010 put a 9 before every mobile (SMP) number, area by area from July 2012 (11) to
    November 2016 (41-55); before, mobiles had eight digits beginning with 6-9 and landlines 2-5. WhatsApp
    still calls many of them by eight digits. So eight digits beginning with 6-9 equal the same with a 9
    before, in every area code. A mobile such as 9 5xxx-xxxx is younger than the ninth digit and has no short
    spelling: its last eight digits are a landline's, another line.

    Radio trunking (SME, Nextel) kept eight digits beginning with 7 until its network closed in 2018. Those
    lines are gone, while WhatsApp drops the 9 by area code, whatever follows: so 7 is folded too.
    """
    match = _BR_MOBILE.fullmatch(digits)
    return f"55{match[1]}9{match[2]}" if match else None


def is_brazilian_landline(digits: str) -> bool:
    """Eight digits beginning with 2-5 behind an area code, as in libphonenumber: never folded."""
    return _BR_LANDLINE.fullmatch(digits) is not None


def is_young_brazilian_mobile(digits: str) -> bool:
    """Nine digits that were never eight: 9 and 0-5 behind an area code, one spelling only."""
    return _BR_YOUNG_MOBILE.fullmatch(digits) is not None


def mexico(digits: str) -> str | None:
    """The line of a Mexican number: 52 and ten digits.

    The IFT's numbering plan (DOF 11 May 2018, in force 3 August 2019) abolished 01, 044, 045 and the 1 after
    +52 that meant "mobile, caller pays"; a ten-digit national number is unique, fixed or mobile, so nothing
    different is folded. WhatsApp still writes 521 for accounts that are older.
    """
    match = _MX.fullmatch(digits)
    return f"52{match[1]}" if match else None


def argentina(digits: str) -> str | None:
    """The line of an Argentine geographic number: 54 and ten digits, without the 9.

    Mobiles and landlines share area codes and ranges (libphonenumber has the same table for both) and are
    told apart only by the 9 (from abroad, and WhatsApp) or the 15 (at home); text messages from abroad, and
    calls between mobiles, omit both. The national plan (now ENACOM's) has ten digits for fixed and mobile
    alike, and libphonenumber's maintainers know no number that is a landline without 9 and another line with
    it (google/libphonenumber pull request 1719). So dropping the 9 joins only spellings; the shown value
    keeps it, because a landline must not be shown with one.
    """
    match = _AR.fullmatch(digits)
    return f"54{match[1]}" if match else None


_RULES: dict[str, Callable[[str], str | None]] = {"55": brazil, "52": mexico, "54": argentina}


def canonical(digits: str) -> str:
    """The one spelling that stands for the line in the database."""
    rule = _RULES.get(digits[:2])
    return (rule(digits) if rule else None) or digits


def shown(digits: str) -> str:
    """The spelling that people are shown and can dial: canonical, but an Argentine 9 stays."""
    return digits if digits.startswith("54") else canonical(digits)


def undialled(digits: str) -> str:
    """International digits without what is only dialled at home, where libphonenumber would not see it.

    Brazil: 0, and the two digits of a carrier after it (Anatel's CSP: 0 15 11 ...), after a country code too.
    Argentina: a 15 although there is a 9 already.
    """
    if match := _BR_DIALLED.fullmatch(digits):
        return "55" + match[1]
    if match := _AR_NINE_AND_FIFTEEN.fullmatch(digits):
        return "54" + match[1]
    return canonical(digits) if digits.startswith("52") else digits


def others(digits: str) -> list[str]:
    """The other spellings in use of a canonical number."""
    if brazil(digits) == digits:
        return [digits[:4] + digits[5:]]
    if mexico(digits) == digits:
        return ["521" + digits[2:]]
    if argentina(digits) == digits:
        return ["549" + digits[2:]]
    return []
