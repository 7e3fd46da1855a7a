"""Users, memberships, roles, permissions, sessions, keys: every way in."""
