"""What goes in and out at the doors of identity and access."""
