"""Settings on the wire."""

from typing import Any

from services.customers.settings.domain import CustomerSettings


def settings_message(settings: CustomerSettings) -> dict[str, Any]:
    return {**settings.values(), "version": settings.version}
