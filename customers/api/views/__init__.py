"""Resources of customers."""
