"""Services in the REST interface."""
