"""`svyaz` at noon of one day, for ever: sample data, «просрочено» and every day shown are the same on any date.

    python -m tests.e2e.standing serve --home DIR --demo …

Only the clock is another: the product's own, and that of the header `Date`, by which a page learns the time.
"""

from __future__ import annotations

import sys
from datetime import datetime
from types import SimpleNamespace

import uvicorn.server

from svyaz import cli
from svyaz.kernel.clock import SystemClock
from tests.conftest import NOW


def now(_: SystemClock) -> datetime:
    return NOW


def main() -> int:
    SystemClock.now = now  # type: ignore[method-assign]
    uvicorn.server.time = SimpleNamespace(time=NOW.timestamp)  # type: ignore[attr-defined]
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
