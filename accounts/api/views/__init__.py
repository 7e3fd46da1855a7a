"""The views of identity and access."""
