"""The kernel's own resources: the feed of events, operations."""
