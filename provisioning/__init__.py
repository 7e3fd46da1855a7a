"""What customers have: services, their life cycle, and who sets each kind of them up."""
