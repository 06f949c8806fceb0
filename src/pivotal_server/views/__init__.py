"""Saved views: a list, its filter, columns and order under a name, for one person or everybody."""
