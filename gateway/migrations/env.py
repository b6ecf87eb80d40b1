from gateway.tables import metadata
from servicekit.database.migrate import run_environment

run_environment(metadata)
