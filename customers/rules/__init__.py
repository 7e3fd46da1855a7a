"""Pure functions: how a customer is called, found, and which values are sound."""
