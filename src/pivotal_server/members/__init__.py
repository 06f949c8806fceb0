"""Members: the people of a workspace and their roles."""
