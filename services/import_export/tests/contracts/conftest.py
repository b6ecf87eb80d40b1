"""The company of the tests of imports."""

from services.import_export.tests.runs.conftest import people, world

__all__ = ["people", "world"]
