"""Compiled statements by (digest of the configuration, dialect, shape): the least recently used go first.

One cache for the process: companies with the same configuration share their statements.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

SIZE = 4_000

Made = TypeVar("Made")


class StatementCache:
    def __init__(self, size: int = SIZE) -> None:
        self.size = size
        self.made = 0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made for this key; two threads may make it twice, which costs a moment and no more."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                kept: Made = found
                return kept
        made = make()
        with self._lock:
            self.made += 1
            self._kept[key] = made
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._kept)


CACHE = StatementCache()
