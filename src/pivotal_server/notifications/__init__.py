"""Mail that the product writes, and where it stands."""
