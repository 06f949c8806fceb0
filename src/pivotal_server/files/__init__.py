"""Stored files: their bytes in the data folder, one row for each, and signed links to them."""
