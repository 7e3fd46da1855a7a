"""The REST interface's machinery: envelope, errors, lists, limits. See ``docs/mechanisms/api.md``.

No view knows of the envelope, of paging or of limits; they are said here once.
"""
