"""Contacts: the people a team talks to at its customers."""
