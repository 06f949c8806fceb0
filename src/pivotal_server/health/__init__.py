"""The deep look at the server's own health, for whoever runs it."""
