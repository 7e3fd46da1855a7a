"""Rules that need neither the database nor the clock."""
