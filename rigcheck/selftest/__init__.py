"""Every known fault in good evidence, one at a time: does each check go red for its own, and only for that? Pure."""
