"""The mails of the floors below this app: log-ins, and what needs a person."""
