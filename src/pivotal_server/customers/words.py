"""What the app offers as reasons."""

CHURN_REASONS = ("Price", "Missing feature", "Went to a competitor", "Closed down", "Never got going")
SHORTEST_REASON = 3
