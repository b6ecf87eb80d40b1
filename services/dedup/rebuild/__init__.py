"""The index made anew from all customers, then the pairs: after a first deploy, or as a repair.

`python -m services.dedup.rebuild` starts it and shows how far it has come.
"""
