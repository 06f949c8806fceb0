"""The docs site: written pages and facts from code, built into one read-only file, served at ``/docs``."""
