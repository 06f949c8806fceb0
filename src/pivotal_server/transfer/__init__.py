"""Records in large numbers, in and out: imports and exports as background jobs."""
