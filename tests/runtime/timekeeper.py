"""Moves the business clock of an installation's one company, as its sandbox page does.

``python -m tests.runtime.timekeeper DAYS`` runs with the environment that the installation's own
programs have, and returns at once: its worker does what falls due on the way.
"""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module("tests.runtime.timekeeping").clock_moved(int(sys.argv[1]))
