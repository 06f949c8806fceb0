"""What test keys have written, and clearing it away."""
