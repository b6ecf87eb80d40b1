"""Who works here, pure."""

from services.customers.directory.domain.directory import Directory, Team, User

__all__ = ["Directory", "Team", "User"]
