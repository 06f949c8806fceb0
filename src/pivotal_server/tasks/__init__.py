"""Tasks of an onboarding: subtasks, dependencies, due dates, completion."""
