"""The edge of every request: its id, its log line, its address, its error page."""
