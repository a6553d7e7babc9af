"""Measurements against limits, taken in one run: `./run bench NAME`."""
