"""Pure functions of mails."""
