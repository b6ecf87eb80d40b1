"""What every make target begins with: packages and `.venv`, then the module that does the work.

python -m deploy.local.bootstrap [--servers] MODULE [ARGUMENT…]
"""

from __future__ import annotations

import os
import sys

from deploy.local.packages import MissingPackages, ensure_packages
from deploy.local.venv import PYTHON, CouldNotInstall, ensure_venv


def main(arguments: list[str]) -> None:
    """Becomes MODULE, under the same process id, so that signals reach it."""
    servers = arguments[0] == "--servers"
    module, *rest = arguments[1:] if servers else arguments
    try:
        ensure_packages(servers=servers)
        ensure_venv()
    except (MissingPackages, CouldNotInstall) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    os.execv(PYTHON, [str(PYTHON), "-m", module, *rest])


if __name__ == "__main__":
    main(sys.argv[1:])
