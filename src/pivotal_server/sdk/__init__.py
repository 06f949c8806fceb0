"""The SDK packages that this server hands out; built at set-up, they are those of its own release."""
