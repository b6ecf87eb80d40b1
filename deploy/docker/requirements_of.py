"""Prints what one service needs, by pyproject.toml: the common dependencies and those of its extra."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path


def requirements_of(service: str, pyproject: str) -> list[str]:
    """Raises KeyError for a service without an extra, so that a misspelt name builds nothing."""
    project = tomllib.loads(pyproject)["project"]
    return [*project["dependencies"], *project["optional-dependencies"][service]]


if __name__ == "__main__":
    print("\n".join(requirements_of(sys.argv[1], Path("pyproject.toml").read_text())))
