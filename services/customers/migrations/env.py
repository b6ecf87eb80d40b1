from servicekit.database.migrate import run_environment
from services.customers.fields.domain.expressions import INDEX_NAME
from services.customers.tables import metadata

run_environment(metadata, made_at_run_time=INDEX_NAME)
