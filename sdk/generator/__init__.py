"""Writes the generated parts of the SDKs from the committed OpenAPI document."""
