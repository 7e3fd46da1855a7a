"""The resources of billing."""
