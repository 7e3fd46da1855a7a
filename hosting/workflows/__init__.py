"""What beat starts for hosting, safe to repeat."""
