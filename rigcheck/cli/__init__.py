"""The command line: a file a command group; bodies import lazily; the only place that picks exit codes."""
