"""Mails: what is written to whom when something happens, stored as sent. See docs/mails.md."""
