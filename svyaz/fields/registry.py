"""Every field type, in the order of the constructor's menu."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from svyaz.fields.base import FieldType
from svyaz.fields.choice import Choice
from svyaz.fields.date import Date
from svyaz.fields.datetime import Datetime
from svyaz.fields.decimal import Decimal
from svyaz.fields.integer import Integer
from svyaz.fields.link import Link
from svyaz.fields.long_text import LongText
from svyaz.fields.money import Money
from svyaz.fields.percent import Percent
from svyaz.fields.stage import Stage
from svyaz.fields.text import Text
from svyaz.fields.yes_no import YesNo

ALL: tuple[FieldType, ...] = (
    Text(),
    LongText(),
    Integer(),
    Decimal(),
    Money(),
    Percent(),
    Date(),
    Datetime(),
    YesNo(),
    Choice(),
    Stage(),
    Link(),
)

TYPES: Mapping[str, FieldType] = MappingProxyType({one.name: one for one in ALL})
