"""Every field type, in the order of the constructor's menu."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from svyaz.fields.account import Account
from svyaz.fields.address import Address
from svyaz.fields.any_link import AnyLink
from svyaz.fields.autonumber import Autonumber
from svyaz.fields.barcode import Barcode
from svyaz.fields.base import FieldType
from svyaz.fields.bik import Bik
from svyaz.fields.choice import Choice
from svyaz.fields.choices import Choices
from svyaz.fields.colour import Colour
from svyaz.fields.computed import computed_types
from svyaz.fields.date import Date
from svyaz.fields.datetime import Datetime
from svyaz.fields.decimal import Decimal
from svyaz.fields.department import Department
from svyaz.fields.duration import Duration
from svyaz.fields.email import Email
from svyaz.fields.employee import Employee
from svyaz.fields.file import File
from svyaz.fields.image import Image
from svyaz.fields.inn import Inn
from svyaz.fields.integer import Integer
from svyaz.fields.kpp import Kpp
from svyaz.fields.link import Link
from svyaz.fields.links import Links
from svyaz.fields.long_text import LongText
from svyaz.fields.money import Money
from svyaz.fields.ogrn import Ogrn
from svyaz.fields.percent import Percent
from svyaz.fields.person_name import PersonName
from svyaz.fields.phone import Phone
from svyaz.fields.place import Place
from svyaz.fields.rating import Rating
from svyaz.fields.stage import Stage
from svyaz.fields.text import Text
from svyaz.fields.url import Url
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
    Duration(),
    YesNo(),
    Choice(),
    Choices(),
    Stage(),
    Link(),
    Links(),
    AnyLink(),
    Employee(),
    Department(),
    PersonName(),
    Address(),
    Place(),
    Phone(),
    Email(),
    Url(),
    Rating(),
    Colour(),
    File(),
    Image(),
    Autonumber(),
    Barcode(),
    Inn(),
    Kpp(),
    Ogrn(),
    Bik(),
    Account(),
)

PLAIN: Mapping[str, FieldType] = MappingProxyType({one.name: one for one in ALL})
TYPES: Mapping[str, FieldType] = MappingProxyType(
    {**PLAIN, **{one.name: one for one in computed_types(PLAIN)}},
)
