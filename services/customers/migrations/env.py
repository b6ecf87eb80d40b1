from servicekit.database.migrate import run_environment
from services.customers.tables import metadata

run_environment(metadata)
