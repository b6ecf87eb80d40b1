"""`python -m gateway serve | create-admin --email … [--name …] --password-stdin`"""

from __future__ import annotations

import argparse
import sys

from gateway.settings import GatewaySettings
from servicekit import log
from servicekit.settings import load_or_exit


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    if options.command == "serve":
        from gateway.server import serve

        settings = load_or_exit(GatewaySettings, required={"storage_url"})
        log.configure(
            level=settings.log_level, style=settings.log_format, service="gateway", instance=settings.instance
        )
        serve(settings)
        return 0
    from gateway.create_admin import create_admin

    return create_admin(options.email, options.name, sys.stdin.readline().rstrip("\r\n"))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gateway")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP requests until SIGTERM")
    admin = commands.add_parser("create-admin", help="make sure that there is this administrator")
    admin.add_argument("--email", required=True)
    admin.add_argument("--name", default="Administrator")
    admin.add_argument(
        "--password-stdin", action="store_true", required=True, help="one line on standard input"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
