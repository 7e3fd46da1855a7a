"""What beat starts for names, safe to repeat."""
