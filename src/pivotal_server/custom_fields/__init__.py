"""Custom fields: what a workspace wants to know of its customers beyond the built-in fields."""
