"""The company of the tests of runs, which keeps mappings too."""

from services.import_export.tests.runs.conftest import people, world

__all__ = ["people", "world"]
