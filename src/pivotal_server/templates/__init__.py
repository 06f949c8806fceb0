"""Phase templates: saved bundles of tasks, and applying them to an onboarding."""
