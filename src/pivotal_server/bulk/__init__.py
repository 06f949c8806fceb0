"""Many changes in one call, each through the service function of the single operation."""
