"""The sandbox bench: clock, faults, mail."""
