"""The supervisor behind ``make run``: the whole installation as one process tree on one machine."""
