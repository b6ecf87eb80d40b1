"""Conversations that people here begin: asked of a channel's connector, over one address of the customer."""
