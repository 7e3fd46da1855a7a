"""Everything that is handed out and later recognised: signed, derived and random tokens."""
