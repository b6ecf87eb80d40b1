from servicekit.database.migrate import run_environment
from services.dedup.tables import metadata

run_environment(metadata)
