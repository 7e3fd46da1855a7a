"""What one web worker keeps in memory; a process of its own, so that nothing else is in it."""

import json
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    token, requests = sys.argv[1], int(sys.argv[2])
    sys.stdout.write(json.dumps(import_module("bench.memory").after_requests(token, requests)))
