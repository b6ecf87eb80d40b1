"""Over which address of a customer a conversation begins, and from which account of the company."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from identity.model import EMAIL, LINE
from servicekit.errors import Conflict, Invalid
from services.customers.outreach.domain.account import Account, find_account
from services.customers.outreach.domain.wanted import Wanted
from services.customers.registry.domain.contacts import Point, Points

# The kinds of contact points by which a channel reaches people, the best first.
_NUMBERS: Final = ("phone", "whatsapp")
_KINDS: Final = {
    "whatsapp": ("whatsapp", "phone"),
    "phone": _NUMBERS,
    "sms": _NUMBERS,
    "voice": _NUMBERS,
    "email": ("email",),
    "instagram": ("instagram",),
    "facebook": ("facebook",),
    "telegram": ("telegram",),
}
_ANY_OTHER: Final = ("external",)


@dataclass(frozen=True, slots=True)
class Route:
    point: Point
    account: Account


def choose(points: Points, wanted: Wanted, *, latest: Account | None, only: Account | None) -> Route:
    """The address and the account, where they are not given.

    The account is that of the customer's `latest` conversation on the channel, else the one that issued the
    platform id, else the `only` one of the channel. Raises Invalid, or Conflict `no_address`.
    """
    candidates = _candidates(points, wanted)
    for account in filter(None, [wanted.account] if wanted.account else [latest]):
        if point := _best(candidates, wanted.channel, account):
            return Route(point, account)
    point = None if wanted.account else _best(candidates, wanted.channel, None)
    if point is None:
        if wanted.contact_point_id:
            raise Invalid.at("/contact_point_id", "other_account", "another account knows them by this id")
        raise Conflict("no_address")
    issuer = _issuer(point)
    found = find_account(Account(wanted.channel, issuer).source) if issuer else only
    if found is None:
        raise Invalid.at("/source", "source_required", "say from which account of the channel")
    return Route(point, found)


def _candidates(points: Points, wanted: Wanted) -> Points:
    """All that the channel reaches; only the one that was given, if one was."""
    if wanted.contact_point_id is None:
        return tuple(p for p in points if _fits(p, wanted.channel))
    given = next((p for p in points if p.id == wanted.contact_point_id), None)
    if given is None:
        raise Invalid.at(
            "/contact_point_id", "unknown_contact_point", "this customer has no such contact point"
        )
    if not _fits(given, wanted.channel):
        raise Invalid.at("/contact_point_id", "kind_mismatch", "the channel does not reach such an address")
    return (given,)


def _best(points: Iterable[Point], channel: str, account: Account | None) -> Point | None:
    """The best kind, ids that this account issued before those of nobody, the primary one, the oldest."""
    kinds = _kinds(channel)
    usable = [p for p in points if account is None or _issuer(p) in ("", account.name)]
    return min(
        usable,
        key=lambda p: (
            kinds.index(p.kind),
            _is_platform_id(p) and not _issuer(p),
            not p.primary,
            p.created_at,
            p.id,
        ),
        default=None,
    )


def _fits(point: Point, channel: str) -> bool:
    """WhatsApp also has ids that are no numbers: nobody can be called by them."""
    kinds = _kinds(channel)
    return point.kind in kinds and not (kinds is _NUMBERS and _is_platform_id(point))


def _kinds(channel: str) -> tuple[str, ...]:
    return _KINDS.get(channel, _ANY_OTHER)


def _issuer(point: Point) -> str:
    """The account for which a platform id means somebody; a number means the same for all."""
    return point.scope if _is_platform_id(point) else ""


def _is_platform_id(point: Point) -> bool:
    return point.identity.space not in (LINE, EMAIL)
