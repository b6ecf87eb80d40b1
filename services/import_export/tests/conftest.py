"""One migrated database and one folder of files for each test process, emptied before each test."""

from __future__ import annotations

from servicekit.testing.fixtures import database_fixtures, storage_fixture
from services.import_export.tables import metadata

migrated_database, connected_database, database = database_fixtures("import_export", metadata)
storage = storage_fixture()
