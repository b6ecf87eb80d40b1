"""`python -m servicekit run | work | migrate | topology …`"""

from __future__ import annotations

import sys

_USAGE = """\
python -m servicekit run PACKAGE.MODULE:CLASS     serve one service until SIGTERM
python -m servicekit work PACKAGE.MODULE:WORKER   do the long work of one service until SIGTERM
python -m servicekit migrate [--check] PACKAGE    bring the package's database up to date
python -m servicekit topology PACKAGE...          declare exchanges, queues and bindings on the broker
"""


def main(arguments: list[str]) -> int:
    match arguments:
        case ["run", path] if ":" in path:
            from servicekit import boot

            boot.prepare()
            return boot.run(path)
        case ["work", path] if ":" in path:
            from servicekit.jobs import process

            return process.run(path)
        case ["migrate", *rest] if rest:
            from servicekit.database import migrate

            return migrate.main(rest)
        case ["topology", *packages] if packages:
            from servicekit.events import topology

            return topology.main(packages)
    print(_USAGE, end="", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
