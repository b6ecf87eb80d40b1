"""Benchmarks: each figure beside the yardstick measured in the same run. Start with README.md."""
