"""What is true of names, records and zones, without a database and without a clock."""
