from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from servicekit import context, log
from servicekit.errors import NotFound

CANARY = "canary@example.com"


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """What the process would write to stderr, as JSON lines; logging is put back afterwards."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure(style="json", service="shop", instance="shop-1", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook = hook


def lines(output: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_line_says_who_and_in_which_request(output: io.StringIO):
    with context.use(context.CallContext("req-1")):
        logging.getLogger("shop").info("sold", extra={"pieces": 3})
    [line] = lines(output)
    assert line["time"].endswith("Z")
    assert (line["service"], line["instance"], line["request_id"]) == ("shop", "shop-1", "req-1")
    assert (line["level"], line["message"], line["pieces"]) == ("info", "sold", 3)


def test_exception_shows_types_and_places_but_no_values(output: io.StringIO):
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"no such customer: {CANARY}") from error
    except ValueError:
        logging.getLogger("shop").exception("failed")
    [line] = lines(output)
    assert line["exception"][0] == "builtins.ValueError"
    assert "builtins.KeyError" in line["exception"]
    assert "test_log.py" in line["exception"][1]
    assert CANARY not in output.getvalue()


def test_code_of_one_of_the_eight_is_shown(output: io.StringIO):
    try:
        raise NotFound("customer_not_found", {"id": CANARY})
    except NotFound:
        logging.getLogger("shop").exception("failed")
    assert lines(output)[0]["exception"][0] == "servicekit.errors.NotFound:customer_not_found"
    assert CANARY not in output.getvalue()


def test_text_is_one_line_for_people():
    stream = io.StringIO()
    log_record = logging.makeLogRecord({"msg": "sold", "levelname": "INFO", "pieces": 3, "user_id": None})
    stream.write(log.TextLines("shop").format(log_record))
    assert stream.getvalue().endswith("INFO    shop sold pieces=3")
