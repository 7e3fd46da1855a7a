"""The customer's pages about services."""
