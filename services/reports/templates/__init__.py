"""Configurations that people keep, to use them again on other customers."""
