"""The kinds of long work of an import."""

from typing import Final

READ: Final = "import_read"
CHECK: Final = "import_check"
PART: Final = "import_part"
FINISH: Final = "import_finish"
UNDO: Final = "import_undo"
SWEEP: Final = "sweep"
