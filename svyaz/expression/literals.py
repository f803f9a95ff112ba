"""Literals that become what they are compared with: "2026-01-31" a date, "Выиграна" the key of a choice."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from svyaz.expression.tree import Constant, Node, Type

ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
RUSSIAN_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
TIME = re.compile(r"(\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?", re.ASCII)


def text_literal(node: Node) -> str | None:
    if isinstance(node, Constant) and isinstance(node.value, str):
        return node.value
    return None


def number_literal(node: Node) -> Decimal | None:
    if isinstance(node, Constant) and isinstance(node.value, Decimal):
        return node.value
    return None


def plain_number(value: Decimal) -> tuple[Decimal, int]:
    """The number without zeros at the end of its fraction, and how many digits are left there."""
    told = format(value, "f")
    if "." in told:
        told = told.rstrip("0").rstrip(".")
    return Decimal(told), len(told.partition(".")[2])


def date_of(written: str) -> date | None:
    """ "2026-01-31" or "31.01.2026"; None for anything else and for a day that does not exist."""
    iso, russian = ISO_DATE.fullmatch(written), RUSSIAN_DATE.fullmatch(written)
    if iso is None and russian is None:
        return None
    parts = iso.groups() if iso else tuple(reversed(russian.groups())) if russian else ()
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def instant_of(written: str) -> datetime | str | None:
    """A date and a time.  With a zone: the instant, UTC.  Without: the local time in ISO form, to be
    understood by the zone of the company when the formula is run.  None: neither."""
    day, time = date_of(written[:10]), TIME.fullmatch(written[11:])
    if day is None or time is None or written[10:11] not in ("T", " "):
        return None
    clock, zone = time.groups()
    told = f"{day.isoformat()} {clock}"
    try:
        whole = datetime.fromisoformat(told + (zone or ""))
        return whole.astimezone(UTC) if zone else told
    except (ValueError, OverflowError):
        return None


def empty_of(type: Type, at: int) -> Constant:
    return Constant(None, Type(type.kind, type.scale, type.to, type.options), at)
