"""`make check-events`: what the service would make of a file of events, before anybody sends it."""
