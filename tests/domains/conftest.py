"""What every test of this app starts from."""

from tests.house import house

__all__ = ["house"]
