"""What beat starts for services, safe to repeat."""
