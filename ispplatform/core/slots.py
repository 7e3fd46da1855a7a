"""Slots: where a lower page shows what higher apps know, without importing them.

The kernel or a lower app makes a slot; higher apps fill it in ``ready()``. See
``docs/mechanisms/pages.md``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """A named, ordered list that apps add to while Django starts.

    Args:
        name: what error messages and documents call it, for example ``customer.panels``.
        key: tells two items apart; filling the same key twice is a programming error.
    """

    def __init__(self, name: str, *, key: Callable[[T], str]) -> None:
        self.name = name
        self._key = key
        self._items: dict[str, tuple[int, T]] = {}

    def fill(self, item: T, *, order: int = 100) -> T:
        """Add ``item``; lower ``order`` stands first, equal order in the order of filling.

        Raises:
            ValueError: the slot already holds an item of this key.
        """
        key = self._key(item)
        if key in self._items:
            raise ValueError(f"The slot {self.name} is filled twice with {key!r}.")
        self._items[key] = (order, item)
        return item

    def items(self) -> list[T]:
        """Return the items in their order."""
        return [item for _, item in sorted(self._items.values(), key=lambda pair: pair[0])]

    def get(self, key: str) -> T | None:
        """Return the item of this key, or None."""
        found = self._items.get(key)
        return None if found is None else found[1]

    @contextmanager
    def filled(self, *items: T) -> Iterator[None]:
        """Add items inside the ``with`` block only: for previews and tests."""
        before = dict(self._items)
        try:
            for item in items:
                self.fill(item)
            yield
        finally:
            self._items = before
