"""Opens a shop in the database of an installation, and prints tokens for its API, one a line.

``python -m tests.runtime.shopkeeper COLLEAGUES`` runs with the environment that the installation's
own programs have. A colleague may ask ten times as often as a program with a key.
"""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module("tests.runtime.opening").shop_opened(int(sys.argv[1]))
