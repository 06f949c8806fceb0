"""Admin > Deleted: what was deleted, and bringing it back."""
