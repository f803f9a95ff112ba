"""Kinds of views and what each of them asks beside columns, filter and order.

A list and a board ask nothing more.  A calendar stands on a day, a gantt on a stretch of days, a map on a place,
a gallery shows a picture, a tree hangs by a link of the object to itself, a chart counts by a field (the view's `group`, for days
with a grain, "close_on:month"; its `total` is what is added up, none: records are counted).

What is not said is chosen where there is one evident choice, so `kind = "calendar"` alone may be enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from svyaz.fields.computed import shown_as
from svyaz.schema.snapshot import Entity, Field

DATED = ("date", "datetime")
PICTURES = ("image", "file")
LOOKS = ("bars", "line", "donut")
GRAINS = ("day", "week", "month", "quarter", "year")
EVIDENT = ("due_at", "deadline", "parent")  # roles whose field is meant when none is named


@dataclass(frozen=True, slots=True)
class Ask:
    """One setting of a kind.

    types    what its field may be;  () when it names no field
    itself   the field must link to records of the same object
    needed   without it there is nothing to show
    allowed  words it may be, of a setting that names no field; the first is meant when nothing is said
    """

    types: tuple[str, ...] = ()
    itself: bool = False
    needed: bool = False
    allowed: tuple[str, ...] = ()


KINDS: Mapping[str, Mapping[str, Ask]] = {
    "list": {},
    "board": {},
    "calendar": {"date": Ask(DATED, needed=True), "until": Ask(DATED)},
    "gallery": {"picture": Ask(PICTURES)},
    "tree": {"parent": Ask(("link", "department", "employee"), itself=True, needed=True)},
    "gantt": {"date": Ask(DATED, needed=True), "until": Ask(DATED)},
    "map": {"place": Ask(("place",), needed=True)},
    "chart": {"look": Ask(allowed=LOOKS)},
}


def fits(entity: Entity, field: Field, ask: Ask) -> bool:
    return shown_as(field.type, field.options)[0] in ask.types and (not ask.itself or entity.key in field.targets)


def evident(entity: Entity, ask: Ask) -> str:
    """The field meant when none is named: of a telling role, else the first that fits; "" when none does."""
    fitting = [one for one in entity.fields if not one.system and not one.hidden and fits(entity, one, ask)]
    told = [one for role in EVIDENT for one in fitting if one.role == role]
    return next((one.key for one in told + fitting), "")


def may_count(field: Field) -> bool:
    """Whether records may be counted by the values of the field."""
    return shown_as(field.type, field.options)[0] not in ("long_text", *PICTURES)
