"""Questions about services."""
