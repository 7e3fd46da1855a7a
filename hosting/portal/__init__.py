"""The customer's pages about hosting and mail."""
