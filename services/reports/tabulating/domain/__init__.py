"""Pure: a frame and a configuration in; the table as JSON or CSV out."""
