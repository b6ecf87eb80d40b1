"""The rules of the settings, pure."""

from services.customers.settings.domain.settings import CustomerSettings, changed

__all__ = ["CustomerSettings", "changed"]
