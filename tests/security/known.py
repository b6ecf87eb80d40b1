"""What the callers of a world know and what there is in it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from tests.security.people import HIDDEN

ANONYMOUS, EXPIRED, DISABLED = "anonymous", "expired", "disabled"
NOBODY = (ANONYMOUS, EXPIRED, DISABLED)
AGENTS = ("agent of 1", "agent of 1 and 2", "agent of no team", "key of 1")
CONNECTOR, ADMIN, AGENT_OF_3 = "connector", "admin", "agent of 3"
SOURCE = "/channels/whatsapp/main"
PASSWORD = secrets.token_urlsafe(12)


@dataclass
class World:
    """What its callers know and what there is. Names of kinds are those of the matrix."""

    seed: int
    teams: dict[str, str] = field(default_factory=dict)
    team_names: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str | None] = field(default_factory=lambda: {ANONYMOUS: None})
    customers: dict[str, list[str]] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    saved_filters: dict[str, str] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)  # by kind of customer, as tasks are
    tasks: dict[str, list[str]] = field(default_factory=dict)
    requests: dict[str, list[str]] = field(default_factory=dict)  # for conversations
    comments: dict[str, str] = field(default_factory=dict)  # by task
    pairs: dict[str, list[str]] = field(default_factory=dict)  # who may be one person, by kind
    merges: dict[str, list[str]] = field(default_factory=dict)  # by kind of who was absorbed
    access_requests: dict[str, list[str]] = field(default_factory=dict)  # by kind of customer
    access_tokens: list[str] = field(default_factory=list)  # of one agent; used, and not
    bulk: str = ""  # of the administrator
    scan: str = ""
    bulk_merge: str = ""  # a dry run
    imported: str = ""  # by the administrator, as what follows
    mapping: str = ""  # of columns
    exported: str = ""
    report_upload: str = ""
    report_run: str = ""
    report_templates: dict[str, str] = field(default_factory=dict)  # by whom they are shared with
    keys: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # customers that were deleted
    conversations: list[str] = field(default_factory=list)
    founded: datetime = field(default_factory=lambda: datetime.now(UTC))
    turn: int | None = None  # 0 or 1: of kinds and fields only this half is asked about, and what is in
    always: tuple[str, ...] = ()

    def add(self, kind: str, customer_id: str) -> str:
        self.customers.setdefault(kind, []).append(customer_id)
        return customer_id

    def any_of(self, known: dict[str, list[str]], rng: random.Random) -> Iterator[tuple[str, str]]:
        """(kind, id) for each kind of `notes`, `tasks` or `requests`, and an id that was never issued."""
        yield from ((kind, rng.choice(known[kind])) for kind in self.share(known))
        yield "never issued", str(UUID(int=rng.getrandbits(128), version=4))

    def share(self, everything: Iterable[str]) -> list[str]:
        """All of it, or the half whose turn it is."""
        every = list(everything)
        if self.turn is None:
            return every
        return [each for n, each in enumerate(every) if n % 2 == self.turn or each in self.always]

    def one_of_each(self, rng: random.Random) -> Iterator[tuple[str, str]]:
        """(kind, id) for each kind of customer there is, and ids that were never issued."""
        return self.any_of(self.customers, rng)

    def some(self, kind: str, rng: random.Random) -> str:
        return rng.choice(self.customers[kind])

    def phone_of_hidden(self, rng: random.Random) -> str:
        """A number like those of the hidden, which nobody has: S-08 is about those that somebody has."""
        return f"+55119{HIDDEN}9{rng.randrange(1_000_000):06d}"
