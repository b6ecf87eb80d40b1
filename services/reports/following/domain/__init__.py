"""Pure: what an old label means today."""
