"""The reports service: tables that sum up customers, of a file or as they are now."""
