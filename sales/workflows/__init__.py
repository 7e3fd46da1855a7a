"""What workers do for sales, safe to repeat."""
