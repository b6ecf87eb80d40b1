"""`make lint`: style, types, and who may import whom. All of it runs, whatever fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.state import CHECKOUT

_TOOLS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-cache"),
)


def main() -> int:
    """Returns 1 if any of the tools found something."""
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'libs'}"}
    failed = [
        tool
        for tool, *arguments in _TOOLS
        if subprocess.run([tools / tool, *arguments], cwd=CHECKOUT, env=environment, check=False).returncode
    ]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
