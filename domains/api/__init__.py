"""Names and zones in the REST interface."""
