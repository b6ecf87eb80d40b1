"""The JSON Schemas of incoming events, written to contracts/ from the ones that the service checks.

python -m services.customers.contracts
"""

from __future__ import annotations

import json
from pathlib import Path

from services.customers.history.schemas import SCHEMAS as HEARD
from services.customers.outreach.schemas import SCHEMAS as REPLIES

SCHEMAS = {**HEARD, **REPLIES}
FOLDER = Path(__file__).parents[2] / "contracts" / "customers"


def schema_files() -> dict[Path, str]:
    """What each file has to hold."""
    return {
        FOLDER / "schemas" / f"{event_type}.json": json.dumps(
            {"title": f"data of {event_type}", **schema}, indent=2, ensure_ascii=False
        )
        + "\n"
        for event_type, schema in SCHEMAS.items()
    }


def main() -> None:
    for path, content in schema_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
