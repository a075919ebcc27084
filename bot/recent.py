"""What is remembered of late, and forgotten when there is too much of it."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The newest so many values by their keys; a key that is set again is the newest."""

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._known: OrderedDict[K, V] = OrderedDict()

    def __setitem__(self, key: K, value: V) -> None:
        self._known.pop(key, None)
        self._known[key] = value
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def __contains__(self, key: K) -> bool:
        return key in self._known

    def get(self, key: K, default: V) -> V:
        """Return the value of a key, or the default where there is none."""
        return self._known.get(key, default)

    def forget(self, key: K) -> None:
        """Remember a key no longer."""
        self._known.pop(key, None)
