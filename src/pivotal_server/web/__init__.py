"""Frame of the web app: layout, components, assets and the helpers that pages share."""
