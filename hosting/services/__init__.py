"""Decisions about accounts and mailboxes."""
