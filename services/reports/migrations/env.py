from servicekit.database.migrate import run_environment
from services.reports.tables import metadata

run_environment(metadata)
