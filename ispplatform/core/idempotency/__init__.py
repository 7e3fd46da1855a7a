"""``Idempotency-Key``: a POST repeated with its key acts once.

See ``docs/mechanisms/idempotency.md``.
"""
