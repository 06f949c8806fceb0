"""Tags: the words that customers are marked with."""
