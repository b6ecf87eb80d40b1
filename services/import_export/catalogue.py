"""Every place in this service that holds the id of a customer, or what a file says about one."""

from __future__ import annotations

from typing import Final

from servicekit.database.catalogue import (
    JOBS,
    OTHER_JOBS,
    OTHER_PLUMBING,
    PLUMBING,
    Catalogue,
    by_id,
    by_text,
)
from services.import_export.tables import metadata

_A_MONTH: Final = "thirty days after the upload"

CATALOGUE: Final = Catalogue(
    metadata,
    [
        by_id("import_decision.customer_id", until=_A_MONTH),
        *(by_text(f"import_row.{column}", until=_A_MONTH) for column in ("cells", "form")),
        *(by_text(f"import_decision.{each}", until=_A_MONTH) for each in ("candidates", "decided", "undone")),
        by_text("import_run.found", until=_A_MONTH),
        by_text("export_run.asked", until="thirty days after the export"),
        *JOBS,
        *PLUMBING,
    ],
    others={
        **OTHER_PLUMBING,
        **OTHER_JOBS,
        "export_run": "id job_id columns rights",
        "import_mapping": "id owner_id mapping",
        "import_part": "import_id job_id counts",
        "import_row": "import_id warnings",
        "import_decision": "import_id errors warnings",
        "import_run": "id job_id detected suggested mapping options rights counts problem undone refused",
    },
)
