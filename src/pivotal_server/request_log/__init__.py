"""The log of API requests: kept 30 days, written in batches, shown at Admin > Logs."""
