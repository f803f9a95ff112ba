"""Hold the collector of cycles back for a moment.

While a portion of thousands of rows is made, it would go over the same lists again and again and find nothing: an
eighth of the time of an import.  Nothing is lost: what is not part of a cycle is freed as ever.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """For tenths of a second: the whole process goes without the collector meanwhile."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
