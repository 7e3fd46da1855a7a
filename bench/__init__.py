"""``make bench``: the house measured against yardsticks of its own. See ``docs/performance.md``."""
