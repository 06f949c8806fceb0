"""Benchmarks: every figure as a ratio to a bare ceiling measured in the same run."""
