"""Workspaces: the teams that share one server, each with its own data."""
