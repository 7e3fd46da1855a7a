"""The same company and lamp works as for operations."""

from tests.core.operations.conftest import clock, connection, lamp, lamp_kinds, world

__all__ = ["clock", "connection", "lamp", "lamp_kinds", "world"]
