from servicekit.database.migrate import run_environment
from services.tasks.tables import metadata

run_environment(metadata)
