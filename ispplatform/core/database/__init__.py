"""What the database itself must refuse: other tenants' rows and changes to frozen ones.

Generated from the models and installed by ``migrate``; see ``docs/mechanisms/walls.md``.
"""
