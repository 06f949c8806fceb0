"""The one append-only stream of what happened, and its views."""
