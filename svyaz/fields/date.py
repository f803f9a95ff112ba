"""Calendar date, of no zone: a birthday, a day of payment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from svyaz.expression.tree import DATE, Type
from svyaz.fields.base import Compare, Json, Options, Terms, Words
from svyaz.fields.single import ORDERED, Conversions, Single, same
from svyaz.kernel.dates import DateNotUnderstood, moment, parse_day
from svyaz.kernel.russian import say_date
from svyaz.kernel.text import shown


class Date(Single):
    name = "date"
    kind = "date"
    becomes: ClassVar[Conversions] = {"datetime": same, "text": date.isoformat, "long_text": date.isoformat}

    def compare(self, options: Options) -> Compare:
        return Compare(ORDERED, sort="value", aggregates=("min", "max"))

    def understand(self, raw: Any, options: Options, terms: Terms) -> date:
        if isinstance(raw, datetime):
            raw = moment(raw, terms.zone).astimezone(ZoneInfo(terms.zone)).date()
        if isinstance(raw, date):
            raw = raw.isoformat()
        if not isinstance(raw, str):
            raise DateNotUnderstood(value=shown(raw))
        return parse_day(raw)

    def unpack(self, stored: Any, options: Options) -> date | None:
        kept = stored[0]
        return date.fromisoformat(kept) if isinstance(kept, str) else kept

    def wire(self, options: Options) -> Callable[..., Json] | None:
        return _cell

    def plain(self, value: Any, options: Options) -> Json:
        return None if value is None else value.isoformat()

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else say_date(value, words.language)

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return DATE


def _cell(kept: Any) -> Json:
    """SQLite gives the text of the wire, PostgreSQL a date."""
    return kept if kept is None or isinstance(kept, str) else kept.isoformat()
