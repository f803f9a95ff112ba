"""Values of more than one part that cross every layer: money, a labelled phone, a link to any object.

Scalars are plain Python: str, int, Decimal, bool, date, datetime (aware, UTC).  Empty is None;
a field of several values holds a tuple, empty when there is none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in minor units of its currency: Money(120050, "RUB") is 1 200 roubles 50 kopecks."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A phone (E.164) or an e-mail with what it is: Labelled("+79161234567", "рабочий")."""

    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A link to a record of any object: the entity's key and the record's id."""

    entity: str
    id: int
