"""What beat and workers do by themselves."""
