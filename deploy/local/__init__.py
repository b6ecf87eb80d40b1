"""Everything on one machine, without containers.

Standard library only: part of it runs before `.venv` exists.
"""
