"""Phone numbers: kept as E.164, said with spaces.  Whatever a person types: 8 (916) 123-45-67, +7…, tel:…"""

from __future__ import annotations

import re

import phonenumbers

from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown

WRITTEN = re.compile(r"(?:tel:)?\+?[0-9()\s.\-/\u2010-\u2015\u00a0]{3,40}", re.IGNORECASE)


class PhoneNotUnderstood(BadValue):
    code = "phone_not_understood"  # facts: value


def e164(text: str, region: str = "RU") -> str:
    """ "8 916 123-45-67" -> "+79161234567"; `region` is for numbers without a country code.

    Raises PhoneNotUnderstood when no such number can exist.
    """
    plain = text.strip()
    if not WRITTEN.fullmatch(plain):
        raise PhoneNotUnderstood(value=shown(text))
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        raise PhoneNotUnderstood(value=shown(text)) from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise PhoneNotUnderstood(value=shown(text))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def say_phone(number: str) -> str:
    """ "+79161234567" -> "+7 916 123-45-67"; a number that cannot be read is said as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
