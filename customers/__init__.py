"""Customers: who they are, where they live, whom to write to, what staff noted about them."""
