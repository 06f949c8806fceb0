"""Onboardings: a customer's way through the phases, to launch."""
