"""The push plan: from what was measured to parameters, every number with its reason. Pure."""
