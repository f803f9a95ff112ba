"""Values of more than one part that cross every layer: money, a labelled phone, a link to any object,
a person's name, an address.

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


@dataclass(frozen=True, slots=True)
class PersonName:
    """PersonName("Иванов", "Иван", "Иванович"); a part that is not known is "".  One of them is there."""

    last: str = ""
    first: str = ""
    middle: str = ""

    def __str__(self) -> str:
        """The line that filters, sorts and is found: the surname first."""
        return " ".join(part for part in (self.last, self.first, self.middle) if part)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address by parts, "" for what is not known; more: what is none of them.  One of them is there.

    Parts are as written, «г. Казань», «ул. Баумана»; of a house and a flat only the number when it was one.
    """

    postcode: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    street: str = ""
    house: str = ""
    flat: str = ""
    more: str = ""

    def __str__(self) -> str:
        """«420111, г. Казань, ул. Баумана, д. 5, кв. 12»."""
        house = f"д. {self.house}" if self.house[:1].isdigit() else self.house
        flat = f"кв. {self.flat}" if self.flat[:1].isdigit() else self.flat
        parts = (self.postcode, self.country, self.region, self.city, self.street, house, flat, self.more)
        return ", ".join(part for part in parts if part)


Lined = PersonName | Address  # of several parts, and one line of text for formulas, search and order
