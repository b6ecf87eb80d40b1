"""Helpers for tests: real databases and real broker vhosts, made for one test session and dropped after it."""
