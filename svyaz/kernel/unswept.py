"""The collector of cycles: held back for a moment, and told what it need not look at again.

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


def leave_grown() -> None:
    """Once a process is up: what it has by then (modules, the configuration) stays to its end and is looked over no
    more.  Requests make little that is cyclic; looking more seldom is worth a tenth of each of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
