"""Declared limits, and the counters that hold them."""
