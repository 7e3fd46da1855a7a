"""What a customer was written, in the portal."""
