"""The demo company: a sandbox company with two years behind it. See ``docs/mechanisms/demo.md``."""
