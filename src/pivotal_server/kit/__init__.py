"""Domain-free building blocks: ids, clock, errors, validation, pagination, HTTP operations."""
