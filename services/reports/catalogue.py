"""Every place in this service that holds the id of a customer, or what a file says about one.

What rows of an upload say, and their ids, are in files in storage alone: the copy of an upload by columns,
which goes with the upload after thirty days. What a run came to names no customer, and goes after a day; what
it has counted on the way, and whom it was asked for, goes within hours of its end.
"""

from __future__ import annotations

from typing import Final

from servicekit.database.catalogue import (
    JOBS,
    OTHER_JOBS,
    OTHER_PLUMBING,
    PLUMBING,
    Catalogue,
    by_text,
)
from services.reports.tables import metadata

CATALOGUE: Final = Catalogue(
    metadata,
    [
        by_text("report_upload.columns", until="thirty days after the upload"),  # samples
        by_text("report_run.asked", until="thirty days after it was asked for"),  # a selection
        by_text("report_run.source", until="the same"),
        by_text("report_run.summary", until="the same"),
        # What people typed: values of a field may be anything.
        by_text("report_template.configuration", until="somebody changes or deletes the template"),
        by_text("report_template.source", until="the same"),
        *JOBS,
        *PLUMBING,
    ],
    others={
        **OTHER_PLUMBING,
        **OTHER_JOBS,
        "report_template": "id owner_id shared_team_id columns",
        "report_upload": "id job_id problems",
        "report_run": "id job_id rights files",
        "present_label": "labelled_id joined_to",
        "former_label": "labelled_id",
    },
)
