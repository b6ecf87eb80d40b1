"""Conversations: recording what connectors tell, and reading it back as a history."""
