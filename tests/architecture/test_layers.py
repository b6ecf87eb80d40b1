"""Who may import whom: the contracts of [tool.importlinter] in pyproject.toml."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CAPABILITIES = (
    *("profile", "importing", "reporting", "bulk", "exporting", "history", "matching", "merging"),
    *("outreach", "search", "filters", "tags", "fields"),
)
OF_DEDUP = (
    *("rebuild", "check", "access", "scan", "merging", "following"),
    *("pairs", "index", "domain"),
)
OF_REPORTS = (
    *("sweeping", "running", "following", "templates", "uploads"),
    *("computing", "tabulating", "normalizing", "configuring"),
)


def _lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{root}:{root / 'libs'}"}
    command = [
        Path(sys.executable).with_name("lint-imports"),
        "--no-cache",
        "--config",
        ROOT / "pyproject.toml",
    ]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_layers_are_kept():
    done = _lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "imports", "broken"),
    [
        ("services/reports/service.py", "services.customers.tables", "No service imports another"),
        ("services/customers/service.py", "gateway.tables", "No service imports another"),
        ("libs/servicekit/log.py", "services.customers.tables", "The libraries know no service"),
        ("services/customers/domain/rules.py", "sqlalchemy", "The domain is pure"),
        ("services/customers/registry/domain/rules.py", "services.customers.tables", "The domain is pure"),
        (
            "services/customers/registry/writing.py",
            "services.customers.search",
            "The capabilities of customers",
        ),
        ("services/tasks/notes/queries.py", "services.tasks.work", "Notes and tasks"),
        ("services/tasks/customers.py", "services.tasks.notes", "Notes and tasks"),
        ("services/dedup/index/news.py", "services.dedup.pairs", "In dedup"),
        ("services/import_export/formats/out.py", "services.import_export.runs", "In import_export"),
        ("services/reports/tabulating/out.py", "services.reports.templates", "In reports"),
    ],
)
def test_a_broken_layer_is_noticed(tmp_path: Path, module: str, imports: str, broken: str):
    """On a small copy of the layout, with one import too many."""
    for package in (
        "libs/servicekit",
        "libs/identity",
        "libs/directory",
        "services/customers/registry/domain",
        "gateway",
    ):
        _write(tmp_path / package / "__init__.py")
    _write(tmp_path / "services/__init__.py")
    for capability in CAPABILITIES:
        _write(tmp_path / "services/customers" / capability / "__init__.py")
    for process in ("service", "worker"):
        _write(tmp_path / "services/customers" / f"{process}.py")
    for capability in ("notes", "work"):
        _write(tmp_path / "services/tasks" / capability / "__init__.py")
    for room in ("service", "profile", "customers", "rights", "tables"):
        _write(tmp_path / "services/tasks" / f"{room}.py")
    for capability in OF_DEDUP:
        _write(tmp_path / "services/dedup" / capability / "__init__.py")
    for room in ("service", "worker", "customers", "tables"):
        _write(tmp_path / "services/dedup" / f"{room}.py")
    for capability in ("sweeping", "runs", "exporting", "mapping", "reading", "formats"):
        _write(tmp_path / "services/import_export" / capability / "__init__.py")
    for room in ("service", "worker", "tables"):
        _write(tmp_path / "services/import_export" / f"{room}.py")
    for capability in OF_REPORTS:
        _write(tmp_path / "services/reports" / capability / "__init__.py")
    for room in ("service", "worker", "facts", "hidden", "sources", "tags", "tables"):
        _write(tmp_path / "services/reports" / f"{room}.py")
    _write(tmp_path / "services/customers/domain/__init__.py")
    _write(tmp_path / "services/customers/tables.py", "import sqlalchemy\n")
    _write(tmp_path / "gateway/tables.py")
    _write(tmp_path / module, f"import {imports}\n")
    done = _lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    (broken_line,) = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert broken_line.startswith(broken)


def _write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    for folder in path.parents:
        if folder.name in ("services", "libs") or folder == path.parents[-1]:
            break
        (folder / "__init__.py").touch()
