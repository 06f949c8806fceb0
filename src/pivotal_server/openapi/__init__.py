"""The OpenAPI document across releases: frozen copies, and what changed between two of them."""
