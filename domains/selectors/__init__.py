"""Questions about names and zones."""
