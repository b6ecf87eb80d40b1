"""Facts between services: written with the change they tell of, handled at least once, never lost."""
