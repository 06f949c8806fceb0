"""HTTP requests to addresses that strangers choose: which may be reached, and the one way to reach them."""
