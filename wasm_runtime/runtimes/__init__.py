"""Where notebooks run outside a browser: the Runtime protocol, the registry, one file per part."""
