"""Plumbing for services on a message bus: boot, settings, RPC, events, database, health.

Nothing here knows what the services are about. Start with docs/architecture.md,
then `servicekit.rpc` (calls) and `servicekit.events` (facts).
"""
