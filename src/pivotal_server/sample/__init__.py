"""The sample workspace: invented customers with months of history, to try everything on."""
