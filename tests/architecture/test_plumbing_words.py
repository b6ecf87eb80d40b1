"""libs/servicekit is plumbing: it names no service and nothing of the business."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICEKIT = Path(__file__).resolve().parents[2] / "libs" / "servicekit"
# Not "reports", "tasks", "notes", "tags": they are plain English, or words of Python and AMQP, too.
SERVICES = {"customer", "dedup", "gateway"}
BUSINESS = {"contact", "conversation", "email", "interaction", "phone", "team", "whatsapp"}
FORBIDDEN = {f"{word}{ending}" for word in SERVICES | BUSINESS for ending in ("", "s")}
# The scope is the one message that every service's calls carry; its shape is fixed by the gateway.
MESSAGE_OF_RIGHTS = "scope.py"
MODULES = sorted(
    path
    for path in SERVICEKIT.rglob("*.py")
    if "tests" not in path.relative_to(SERVICEKIT).parts and path.name != MESSAGE_OF_RIGHTS
)


def _words(text: str) -> set[str]:
    """`CustomersChanged` and `customers_changed` hold the word customers."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)}


def _named_in(source: str) -> Iterator[tuple[int, str]]:
    """Words of names and texts; comments and docstrings may mention who uses the plumbing."""
    statement_begins = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        is_docstring = token.type == tokenize.STRING and statement_begins
        # By name, since f-strings have tokens of their own from Python 3.12 on.
        if tokenize.tok_name[token.type] in ("NAME", "STRING", "FSTRING_MIDDLE") and not is_docstring:
            for word in _words(token.string):
                yield token.start[0], word
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            statement_begins = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def _business_words(source: str) -> list[str]:
    return [f"line {line}: {word}" for line, word in _named_in(source) if word in FORBIDDEN]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SERVICEKIT)))
def test_the_plumbing_names_no_service_and_nothing_of_the_business(module: Path):
    assert _business_words(module.read_text()) == []


@pytest.mark.parametrize(
    "source",
    ["def find_customer(): ...", "QUEUE = 'customers.events'", "class GatewayClient: ...", "log('no phone')"],
)
def test_a_word_of_the_business_is_noticed(source: str):
    assert len(_business_words(source)) == 1


def test_a_docstring_may_say_who_uses_the_plumbing():
    assert _business_words('"""For customers."""\nx = 1  # the gateway\n') == []
