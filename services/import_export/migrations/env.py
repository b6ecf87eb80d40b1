from servicekit.database.migrate import run_environment
from services.import_export.tables import metadata

run_environment(metadata)
