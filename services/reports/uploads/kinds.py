"""What uploads are called where others have to know: their jobs, their folders in storage, their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

READ: Final = "report_upload"
FORGET_FILES: Final = "report_upload_files"

FILES: Final = "report_uploads"  # as they came
COPIES: Final = "report_columns"
LIFETIME: Final = timedelta(days=30)
