"""Pure rules of sales: no database, no clock."""
