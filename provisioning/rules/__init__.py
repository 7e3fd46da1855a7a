"""What is true of services, without a database and without a clock."""
