"""Attachments: files on comments and on tasks."""
