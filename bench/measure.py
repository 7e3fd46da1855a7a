"""Sets Django up and measures; started by ``bench/__main__.py`` with an environment of its own."""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    sys.exit(import_module("bench.report").main(sys.argv[1:]))
