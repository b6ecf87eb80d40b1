"""The kind of job, by itself: the service starts scans without bringing what does them."""

from typing import Final

KIND: Final = "scan_pairs"
