"""A bucket of tokens per asker: nobody, by mistake or on purpose, takes the server from the others.

In memory of one process and approximate: it guards the machine; sign-in has its own exact count.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from svyaz.api.errors import TooManyRequests


@dataclass(slots=True)
class Limits:
    """per_second requests in the long run, `burst` at once, for each key or, without one, each address."""

    per_second: float = 100.0
    burst: float = 400.0
    now: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, address: str, key: str) -> None:
        """Raise TooManyRequests when the asker's bucket is empty.

        A key nobody has checked yet must not buy a fresh bucket for each guess, so the address is
        counted as well, at five times the rate: an office behind one address is many people.
        """
        for name, factor in ((f"a:{address}", 5.0), (f"k:{key[:100]}", 1.0)) if key else ((f"a:{address}", 1.0),):
            self._take(name, factor)

    def _take(self, name: str, factor: float) -> None:
        left = self.take(name, factor)
        if left < 0:
            raise TooManyRequests(seconds=max(1, round(-left / (self.per_second * factor))))

    def take(self, name: str, factor: float = 1.0) -> float:
        """Take one token; returns what is left, or minus what was missing: then nothing is taken."""
        at = self.now()
        with self._lock:
            left, seen = self._buckets.get(name, (self.burst * factor, at))
            left = min(self.burst * factor, left + (at - seen) * self.per_second * factor)
            if left < 1:
                return left - 1
            if len(self._buckets) > 10_000:
                self._buckets.clear()
            self._buckets[name] = (left - 1, at)
            return left - 1
