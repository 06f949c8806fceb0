"""Customers: the companies a team onboards."""
