"""Pivotal server: customer onboarding and customer success, self-hosted."""

__version__ = "0.1.0"
