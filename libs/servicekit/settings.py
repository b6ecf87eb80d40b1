"""Settings from the environment: one dataclass per service, all faults reported at once.

A field `amqp_url` is read from AMQP_URL. A field without a default is required.
Supported types: str, int, float, bool, each also as `| None`.
"""

from __future__ import annotations

import os
import socket
import sys
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


class SettingsError(Exception):
    """The environment is not usable. The message names every variable at fault and never a value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("cannot start: " + "; ".join(problems))
        self.problems = problems


def _default_instance() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service needs. A service's own settings are a subclass with more fields."""

    amqp_url: str = field(repr=False)
    database_url: str = field(default="", repr=False)
    instance: str = field(default_factory=_default_instance)
    log_level: str = "INFO"
    log_format: str = ""  # "json" or "text"; empty: text on a terminal, JSON otherwise
    health_host: str = "127.0.0.1"
    health_port: int = 0
    stop_timeout: float = 10.0
    rpc_workers: int = 50
    rpc_prefetch: int = 32
    rpc_queue_expires_ms: int = 30_000
    db_pool_size: int = 10
    event_batch: int = 500
    statement_timeout_ms: int = 5_000
    outbox_poll_seconds: float = 1.0


def load(cls: type[T], environ: Mapping[str, str] | None = None, *, required: Iterable[str] = ()) -> T:
    """An instance of the dataclass `cls` from the environment. Raises one SettingsError for all faults.

    `required` names fields that this process cannot do without, although they have a default.
    """
    required = frozenset(required)
    environ = os.environ if environ is None else environ
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    problems: list[str] = []
    for setting in fields(cls):  # type: ignore[arg-type]
        text = environ.get(setting.name.upper(), "")
        if text == "":
            if _required(setting) or setting.name in required:
                problems.append(f"{setting.name.upper()} is missing")
            continue
        try:
            values[setting.name] = _parse(text, hints[setting.name])
        except ValueError as error:
            problems.append(f"{setting.name.upper()} {error}")
    if problems:
        raise SettingsError(problems)
    return cls(**values)


def load_or_exit(cls: type[T], *, required: Iterable[str] = ()) -> T:
    """Like `load`, for commands: prints the faults and ends the process with status 2."""
    try:
        return load(cls, required=required)
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def _required(setting: Field[Any]) -> bool:
    return setting.default is MISSING and setting.default_factory is MISSING


def _parse(text: str, hint: Any) -> Any:
    kind = _without_none(hint)
    if kind is bool:
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError("must be true or false")
        return text.lower() in _TRUE
    if kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            raise ValueError("must be a number" if kind is float else "must be a whole number") from None
        if not 0 <= number < float("inf"):
            raise ValueError("must not be negative or infinite")
        return number
    return text


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(kind for kind in get_args(hint) if kind is not type(None))
    return hint
