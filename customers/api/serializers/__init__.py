"""Forms of customers, in and out."""
