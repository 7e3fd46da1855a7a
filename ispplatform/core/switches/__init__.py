"""The stop switch. See ``docs/mechanisms/stop-switch.md``."""
