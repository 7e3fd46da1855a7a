"""Log lines that machines read and that never hold a secret. See ``docs/mechanisms/logs.md``."""
