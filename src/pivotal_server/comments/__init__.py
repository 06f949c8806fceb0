"""Comments on customers, onboardings and tasks."""
