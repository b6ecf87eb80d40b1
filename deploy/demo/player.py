"""`make connector-demo`: plays a day (day.py) into the system that runs here, as the demo connector.

From the environment: RATE (events a second, or max), SEED, EVENTS (stop after so many), BAD=1 (some that
cannot be recorded), UNTIL (the end of the day, RFC 3339; else the last full hour). CRM_CONNECTOR_AMQP_URL
and CRM_CONNECTOR_QUEUE name another broker than that of `make run`.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from deploy.local.state import LocalState

from .connection import BATCH, Connection, Unreachable
from .day import day

TICK: Final = 0.1  # at a rate, so often there is something to publish
REPORT_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 30.0  # for a broker that goes away while the day is played
LAST_LOOK: Final = 0.5  # for requests, when the day is over


class Refusal(Exception):
    """Why there is nothing to be played, in words for whoever asked."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What was asked for. `rate` is None for as fast as it goes, `events` for the whole day."""

    rate: float | None
    seed: int
    events: int | None
    bad: bool
    until: datetime

    @classmethod
    def read(cls, environment: Mapping[str, str], now: datetime) -> Settings:
        """Raises Refusal."""
        try:
            rate, events = environment.get("RATE") or "10", environment.get("EVENTS")
            settings = cls(
                rate=None if rate == "max" else float(rate),
                seed=int(environment.get("SEED") or "1"),
                events=int(events) if events else None,
                bad=environment.get("BAD") == "1",
                until=_the_end(environment.get("UNTIL"), now),
            )
        except ValueError as error:
            raise Refusal(f"RATE=10 (or max) SEED=1 EVENTS=100 BAD=1 are understood; {error}") from None
        # Compared so that not-a-number is refused, too.
        none = settings.events is not None and settings.events < 1
        if none or not (settings.rate is None or 0 < settings.rate <= 100_000):
            raise Refusal("RATE is max or a number above 0, EVENTS a number above 0")
        return settings


def _the_end(text: str | None, now: datetime) -> datetime:
    if not text:
        return now.replace(minute=0, second=0, microsecond=0)
    until = datetime.fromisoformat(text)
    if until.tzinfo is None:
        raise ValueError("UNTIL needs an offset: 2026-03-01T12:00:00Z")
    return until.astimezone(UTC)


def surroundings(environment: Mapping[str, str], state: LocalState) -> tuple[str, str]:
    """The broker's URL and the queue of requests. Raises Refusal if nothing runs here."""
    if environment.get("CRM_CONNECTOR_AMQP_URL") and environment.get("CRM_CONNECTOR_QUEUE"):
        return environment["CRM_CONNECTOR_AMQP_URL"], environment["CRM_CONNECTOR_QUEUE"]
    file = state.folder / "env"
    if not (state.is_held() and file.exists()):
        raise Refusal("the system does not run; start it with `make run`")
    told = dict(re.findall(r"^export (\w+)='(.*)'$", file.read_text(), re.MULTILINE))
    return told["CRM_CONNECTOR_AMQP_URL"], told["CRM_CONNECTOR_QUEUE"]


@dataclass
class Player:
    """Publishes at a rate and answers what is asked meanwhile."""

    events: Iterator[dict[str, Any]]
    connection: Connection
    rate: float | None
    published: int = 0
    _started: float = field(default_factory=time.monotonic)
    _last: float | None = None  # when the latest batch was safe
    _reported: float = field(default_factory=time.monotonic)

    def play(self) -> None:
        """Until no events are left. Raises Unreachable."""
        while True:
            due = self._due()
            batch = list(islice(self.events, due))
            if batch:
                self._publish(batch)
            elif due:
                break
            self.connection.answer(wait=0 if self.rate is None else TICK)
            self._report()
        self.connection.answer(wait=LAST_LOOK)

    def summary(self) -> str:
        """What was done, and how fast."""
        seconds = (self._last or time.monotonic()) - self._started
        answered = self.connection.started + self.connection.refused
        rate = self.published / max(seconds, 0.001)
        return (
            f"{self.published:,} events in {seconds:,.1f} s ({rate:,.0f} a second), "
            f"{answered} requests answered ({self.connection.refused} refused)"
        )

    def _due(self) -> int:
        """How many at once, so that the rate is kept."""
        if self.rate is None:
            return BATCH
        by_now = int((time.monotonic() - self._started) * self.rate) + 1
        return max(0, min(BATCH, by_now - self.published))

    def _publish(self, batch: list[dict[str, Any]]) -> None:
        """Again with the same ids if the broker went away: what arrives twice counts once."""
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                self.connection.publish(batch)
                break
            except Unreachable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)
        self.published += len(batch)
        self._last = time.monotonic()

    def _report(self) -> None:
        if time.monotonic() - self._reported > REPORT_SECONDS:
            self._reported = time.monotonic()
            print(self.summary(), flush=True)


def main(environment: Mapping[str, str], state: LocalState | None = None) -> int:
    """Returns the exit status. Ctrl-C is a good end."""
    player: Player | None = None
    try:
        settings = Settings.read(environment, datetime.now(UTC))
        url, queue = surroundings(environment, state or LocalState())
        with Connection(url, queue) as connection:
            connection.open()
            events = islice(day(settings.seed, settings.until, bad=settings.bad), settings.events)
            print("playing a day of the made-up company; Ctrl-C ends it", flush=True)
            player = Player(events, connection, settings.rate)
            player.play()
    except (Refusal, Unreachable) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    finally:
        if player is not None:
            print(player.summary())
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(os.environ))
