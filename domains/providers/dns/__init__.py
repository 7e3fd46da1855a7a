"""DNS servers."""
