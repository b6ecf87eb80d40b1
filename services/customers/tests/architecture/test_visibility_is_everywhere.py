"""No statement reads customers past the one predicate of visibility.py."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import services.customers

ROOT = Path(services.customers.__file__).parent
READS = re.compile(r"\b(FROM|JOIN|UPDATE|USING)\s+customer(_search)?\b", re.IGNORECASE)
CORE_TABLES = {"customer", "customer_search"}

# Functions, or constants of modules, that read customers without asking who wants to see them, and why.
ALLOWED = {
    "registry/holders.py:_READ": "who holds an address is decided for all; duplicates.py filters the answer",
    "registry/repository.py:_LOCK": "locks rows for a writer, shows nothing",
    "registry/repository.py:_UPDATE": "writes a row that find_customer read under the predicate",
    "registry/repository.py:_NAME_PRIMARIES": "writes a row that the caller locked, shows nothing",
    "registry/queries.py:_REACHED": "the addresses of customers that the caller may write",
    "registry/repository.py:_TOUCH": "writes rows that the caller locked, shows nothing",
    "registry/arrivals.py:_ABOVE": "which records to lock for an event, shows nothing",
    "registry/removal.py:_ABSORBED": "which records to lock for a writer, shows nothing",
    "registry/removal.py:_MARK": "writes a row that was read under the predicate",
    "registry/teams.py:_MOVE": "writes rows that were read under the predicate",
    "registry/teams.py:_MEMBERS": "which records to lock of customers that were found under the predicate",
    "registry/teams.py:_LOCK": "locks rows for a writer, shows nothing",
    "registry/purge.py:_DUE": "a timer without a caller: erases, shows nothing",
    "registry/purge.py:_MEMBERS": "a timer without a caller: erases, shows nothing",
    "search/ordering.py:_KEYS": "names tables; listing.py takes the condition from visible()",
    "search/narrowing.py:ALSO_SEARCHED": "joins what is found under the predicate of the statement around",
    "search/narrowing.py:BOTH": "names tables; relevance.py takes the condition from visible()",
    "registry/index.py:ROWS": "keeps the table that searches read, shows nothing",
    "registry/index.py:_REFRESH": "keeps the table that searches read, shows nothing",
    "filters/addresses.py:condition": "says something of a row that the statement around it may see",
    "filters/sql.py:_name": "says something of a row that the statement around it may see",
    "bulk/repository.py:_LOCK": "locks rows for a writer, shows nothing",
    "bulk/repository.py:update_customers": "writes rows that customers_of read under the predicate",
    "bulk/repository.py:_DELETE": "writes rows that members_of read under the predicate",
    "history/absorbed.py:_WRITE": "an event's effect on whom it found by address, shows nothing",
    "history/people.py:_UPDATE": "an event's effect on whom it found by address, shows nothing",
    "history/precedence.py:_CHANGES": "an event's effect on whom it found by address, shows nothing",
    "history/precedence.py:_INTERACTIONS": "an event's effect on whom it found by address, shows nothing",
    "history/precedence.py:_ORIGINS": "an event's effect on whom it found by address, shows nothing",
    "history/repository.py:_FIND": "which customer a conversation belongs to, for events, shows nothing",
    "merging/queries.py:_MEMBERS": "which records to lock for a writer, shows nothing",
    "merging/repository.py:_LOCK": "locks rows of customers that were found under the predicate",
    "merging/repository.py:_SAVE": "writes rows that the caller locked, shows nothing",
    "merging/repository.py:_RISE": "writes rows that the caller locked, shows nothing",
    "merging/repository.py:_ABSORB": "writes rows that the caller locked, shows nothing",
    "merging/repository.py:_RESTORE": "writes rows that the caller locked, shows nothing",
    "merging/repository.py:_PART_ACTIVITY": "writes beside rows that the caller locked, shows nothing",
    "merging/restoring.py:_INSERT": "whose a contact point is again, of rows that the caller locked",
    "history/repository.py:_CUSTOMERS": "which customer an event names, shows nothing",
    "importing/present.py:_STATES": "what became of customers of an import, shown to who sees them",
    "importing/present.py:_ABSORBED": "the parts of customers that were read under the predicate",
    "matching/describing.py:_DESCRIPTIONS": "for the index of the dedup service; what that finds is shown "
    "by show_customers and check_duplicates, under the predicate",
    "matching/describing.py:_DESCRIBE": "the same: a call of a service without a caller, for no route",
    "matching/describing.py:_PAGE": "the same",
    "matching/tokens.py:_REDEEM": "for the dedup service, which shows it to administrators alone",
}


def statements(path: Path) -> dict[str, list[str]]:
    """Of each function and module constant: every text in it, with its placeholders."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(path.read_text()).body:
        for owner in ast.walk(node) if isinstance(node, ast.ClassDef) else [node]:
            name = _name(owner)
            if name:
                found.setdefault(name, []).extend(_texts(owner))
    return found


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return None


def _texts(node: ast.AST) -> list[str]:
    """Literal texts with `{call}` in the place of what is put in, docstrings left out."""
    parts = list(ast.walk(node))
    functions = [n for n in parts if isinstance(n, ast.FunctionDef) and ast.get_docstring(n)]
    passed = {id(n.body[0].value) for n in functions if isinstance(n.body[0], ast.Expr)}
    passed |= {id(p) for n in parts if isinstance(n, ast.JoinedStr) for p in ast.walk(n) if p is not n}
    composed = ["".join(map(_piece, n.values)) for n in parts if isinstance(n, ast.JoinedStr)]
    plain = [n.value for n in parts if isinstance(n, ast.Constant) and id(n) not in passed]
    return [*composed, *(value for value in plain if isinstance(value, str))]


def _piece(value: ast.expr) -> str:
    if isinstance(value, ast.FormattedValue):
        return "{" + ast.unparse(value.value) + "}"
    return str(value.value) if isinstance(value, ast.Constant) else ""


def modules() -> list[Path]:
    return [p for p in ROOT.rglob("*.py") if not {"tests", "migrations"} & set(p.relative_to(ROOT).parts)]


def offenders() -> set[str]:
    found = set()
    for path in modules():
        for owner, texts in statements(path).items():
            source = " ".join(texts)
            if READS.search(source) and not re.search(
                r"\{(visible|visible_deleted|searchable|condition|_met_by)\b", source
            ):
                found.add(f"{path.relative_to(ROOT)}:{owner}")
    return found


def test_every_statement_on_customers_goes_through_the_predicate() -> None:
    assert offenders() - ALLOWED.keys() == set(), "ask visibility.py who may see the rows"


def test_the_list_of_exceptions_has_no_dead_entries() -> None:
    assert ALLOWED.keys() <= offenders()


def test_conditions_that_are_handed_around_come_from_the_predicate() -> None:
    """`condition` in a statement on customers is what visible() or visible_deleted() returned."""
    told = re.compile(
        r"condition = visible(_deleted)?\((asker\.)?scope\)"
        r"|for condition in \(visible\(scope\), visible_deleted"
    )
    for path in modules():
        texts = [text for several in statements(path).values() for text in several]
        if any(READS.search(text) and "{condition}" in text for text in texts):
            assert told.search(path.read_text()), path


def test_selections_only_add_to_the_predicate() -> None:
    """What narrows a search is joined to a condition that visible(), or one like it, returned."""
    told = re.compile(r"condition = (visible|visible_deleted|searchable)\(asker\.scope\)")
    users = [path for path in modules() if ".all_of(" in path.read_text()]
    files = {"grouping.py", "listing.py", "relevance.py", "selection.py", "totals.py"}
    assert {path.name for path in users} == files
    for path in users:
        calls = re.findall(r"\.all_of\((\w*)", path.read_text())
        assert set(calls) == {"condition"}, path
        assert told.search(path.read_text()), path


def test_nobody_builds_a_select_of_the_customer_table() -> None:
    """SQLAlchemy's select(customer) would go past the texts that the other tests read."""
    for path in modules():
        imports = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)]
        names = {a.name for n in imports if n.module == "services.customers.tables" for a in n.names}
        assert not CORE_TABLES & names, f"{path} imports the table"


def test_a_statement_past_the_predicate_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "leak.py"
    module.write_text('def leak(c):\n    return c.execute(text(f"SELECT name FROM customer c WHERE {x}"))\n')
    (texts,) = statements(module).values()
    assert READS.search(" ".join(texts))
