"""Pivotal server: customer onboarding and customer success, self-hosted."""

from time import monotonic

__version__ = "0.1.0"

STARTED = monotonic()
"""When this process began to load the program, for the time that a start takes."""
