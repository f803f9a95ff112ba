"""What a formula may know besides the record: who reads, what time it is, in which zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Ground:
    """me: employee id of the reader, None for the system.  now: UTC.  zone: the company's, for «сегодня».

    clock  of the request, where `now` is of the past that is looked at; None: it is `now`
    """

    me: int | None
    now: datetime
    zone: str = "Europe/Moscow"
    reach: Callable[[str, int], bool] | None = None
    clock: datetime | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()
