"""The HTTP door: users, teams, sessions and keys live here, all else is asked of the services."""
