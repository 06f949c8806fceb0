"""The REST edge: what wraps every operation, in one order, in one place."""
