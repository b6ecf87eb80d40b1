"""Users, teams, memberships, sessions and API keys: the only place that writes them."""
