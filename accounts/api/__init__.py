"""The REST doors of identity and access."""
