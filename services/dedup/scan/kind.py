"""The kinds of jobs, by themselves: the service starts scans without bringing what does them."""

from typing import Final

KIND: Final = "scan_pairs"
REBUILD: Final = "rebuild_index"  # makes the index anew, for a scan that follows it
