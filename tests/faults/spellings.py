"""Forty ways to write one Brazilian mobile."""

from __future__ import annotations


def forty_spellings(phone: str) -> list[tuple[str, str]]:
    """(kind, spelling) of `phone` (+55, area code, 9, eight digits) as people and channels write it."""
    area, number = phone[3:5], phone[5:]
    old, left, right = number[1:], number[:5], number[5:]
    national = [
        f"{area}{number}",
        f"({area}) {left}-{right}",
        f"({area}){left}{right}",
        f"{area} {left} {right}",
        f"{area}.{left}.{right}",
        f"0{area} {left}-{right}",
        f"0 {area} {number}",
        f"{area}-{left}-{right}",
        f"{area} {old[:4]}-{old[4:]}",
        f"({area}) {old}",
    ]
    international = [
        f"+55{area}{number}",
        f"+55 {area} {left}-{right}",
        f"+55 ({area}) {left}-{right}",
        f"+55-{area}-{left}-{right}",
        f"0055{area}{number}",
        f"00 55 {area} {left} {right}",
        f"+55{area}{old}",
        f"+55 {area} {old[:4]} {old[4:]}",
        f"tel:+55{area}{number}",
        f"+55\u00a0{area}\u00a0{left}\u2011{right}",
    ]
    channel = [
        f"55{area}{number}@s.whatsapp.net",
        f"55{area}{old}@s.whatsapp.net",
        f"55{area}{number}@c.us",
        f"55{area}{old}:7@s.whatsapp.net",
        f"whatsapp:+55{area}{number}",
        f"https://wa.me/55{area}{number}",
        f"wa.me/55{area}{old}",
        f"55{area}{number}",
        f"55{area}{old}",
        f"+55{area}{number}",
    ]
    phones = [("phone", spelling) for spelling in national + international]
    whatsapps = [("whatsapp", spelling) for spelling in channel + international]
    return phones + whatsapps
