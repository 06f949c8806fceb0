"""API keys: making, listing, revoking, and recognising them on every request."""
