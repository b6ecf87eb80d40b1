"""One line per event on stderr, JSON for machines or text for people. No line ever holds contact data.

An exception is logged as its type and its stack. Its message is left out, because messages quote values
(SQLAlchemy prints parameters, KeyError the key), and those may be a customer's; only the eight errors,
whose codes are ours, show their code.
"""

from __future__ import annotations

import logging
import sys
import time
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO

import orjson

from servicekit import context
from servicekit.errors import ServiceError

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_MAX_FRAMES = 30
# They log connection details and, at DEBUG, frames with bodies.
_NOISY = (
    "nameko",
    "kombu",
    "amqp",
    "amqp.connection.Connection.heartbeat_tick",
    "aiormq",
    "aio_pika",
    "asyncio",
)


def configure(
    *,
    level: str = "INFO",
    style: str = "",
    service: str = "",
    instance: str = "",
    stream: TextIO | None = None,
) -> None:
    """Sends all logging of this process to `stream` (stderr) in one format."""
    # Nothing below shows file, thread or process: finding them is a fifth of the cost of a line.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    stream = sys.stderr if stream is None else stream
    as_json = style == "json" or (style != "text" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(service, instance) if as_json else TextLines(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    sys.excepthook = _log_uncaught


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("servicekit").critical("uncaught exception", exc_info=(kind, error, trace))


def describe(error: BaseException) -> str:
    """An exception in a few words that hold no data: its type, and the code of one of the eight."""
    name = type(error).__name__
    return f"{name}:{error.code}" if isinstance(error, ServiceError) else name


def stack(error: BaseException) -> list[str]:
    """Type and innermost frames of `error` and of its causes, outermost first, without messages."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(lines) < 4 * _MAX_FRAMES:
        frames = extract_tb(cause.__traceback__)[-_MAX_FRAMES:]
        lines.append(f"{type(cause).__module__}.{describe(cause)}")
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    call = context.current()
    if call is not context.NO_CALL:
        extra.setdefault("request_id", call.request_id)
    if record.exc_info and record.exc_info[1] is not None:
        extra["exception"] = stack(record.exc_info[1])
    return extra


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "service", "instance", "message", …}`"""

    def __init__(self, service: str, instance: str) -> None:
        super().__init__()
        self._origin = {"service": service, "instance": instance}

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{stamp}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            **self._origin,
            "message": record.getMessage(),
            **_fields(record),
        }
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class TextLines(logging.Formatter):
    """`12:00:00.000 INFO customers rpc message key=value …`, a stack on lines of its own."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%H:%M:%S", time.localtime(record.created))
        extra = _fields(record)
        trace = extra.pop("exception", [])
        words = [
            f"{stamp}.{int(record.msecs):03}",
            record.levelname.ljust(7),
            self._service,
            record.getMessage(),
        ]
        words += [f"{key}={value}" for key, value in extra.items() if value is not None]
        return "\n".join([" ".join(filter(None, words)), *(f"    {line}" for line in trace)])
