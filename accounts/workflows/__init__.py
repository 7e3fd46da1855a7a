"""What the worker does for identity and access."""
