"""Phases: the ordered list that every onboarding of a workspace goes through."""
