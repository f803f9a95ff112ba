"""Instant: kept in UTC to the second, typed and said on the clock of a zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from svyaz.expression.tree import DATETIME, Type
from svyaz.fields.base import Compare, Json, Options, Terms, Words
from svyaz.fields.single import ORDERED, Conversions, Single, same
from svyaz.kernel.clock import iso
from svyaz.kernel.dates import DateNotUnderstood, moment, parse_moment
from svyaz.kernel.russian import say_instant
from svyaz.kernel.text import shown


class Datetime(Single):
    name = "datetime"
    kind = "datetime"
    becomes: ClassVar[Conversions] = {"date": same, "text": iso, "long_text": iso}

    def compare(self, options: Options) -> Compare:
        return Compare(ORDERED, sort="value", aggregates=("min", "max"))

    def understand(self, raw: Any, options: Options, terms: Terms) -> datetime:
        if isinstance(raw, datetime):
            return moment(raw, terms.zone)
        if isinstance(raw, date):
            return moment(datetime.combine(raw, time.min), terms.zone)
        if not isinstance(raw, str):
            raise DateNotUnderstood(value=shown(raw))
        return parse_moment(raw, terms.zone)

    def unpack(self, stored: Any, options: Options) -> datetime | None:
        kept = stored[0]
        if kept is None:
            return None
        at = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
        return at.astimezone(UTC)

    def wire(self, options: Options) -> Callable[..., Json] | None:
        return _cell

    def plain(self, value: Any, options: Options) -> Json:
        return None if value is None else iso(value)

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else say_instant(value, words.language, words.zone)

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return DATETIME


def _cell(kept: Any) -> Json:
    """SQLite gives the text of the wire, PostgreSQL a datetime."""
    return kept if kept is None or isinstance(kept, str) else iso(kept)
