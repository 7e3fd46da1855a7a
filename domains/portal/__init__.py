"""The customer's pages about names and zones."""
