"""Outside systems that identity and access talks to."""
