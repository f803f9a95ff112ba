"""Phones: several, labelled, kept as E.164.  An extension («доб. 12») is kept in the label: E.164 has no room for it."""

from __future__ import annotations

import re

from svyaz.fields.base import Terms
from svyaz.fields.contact import Contact
from svyaz.kernel.phones import e164, say_phone

EXTENSION = r"(?:доб|внутр?|ext|x|#)\.?\s*"
PARTING = re.compile(rf"[;\n]|,(?!\s*{EXTENSION}[0-9])", re.IGNORECASE)
NAMED = re.compile(
    rf"(?:(?!tel:)(?P<label>[^0-9+(]*[^0-9+(\s:.\-])\.?\s*:?\s*)?(?P<number>[+(0-9t][^a-zа-яё,#]*|tel:[^a-zа-яё,#]*)"
    rf"(?:,?\s*{EXTENSION}(?P<extension>[0-9]{{1,8}}))?",
    re.IGNORECASE,
)


class Phone(Contact):
    name = "phone"

    def read(self, text: str, terms: Terms) -> tuple[str, str]:
        named = NAMED.fullmatch(text.strip()) if len(text) < 200 else None
        if named is None:
            return e164(text, terms.region), ""
        label = (named["label"] or "").strip()
        if named["extension"]:
            label = f"{label} доб. {named['extension']}".strip()
        return e164(named["number"], terms.region), label

    def split(self, text: str) -> list[str]:
        return PARTING.split(text)

    def say_one(self, value: str) -> str:
        return say_phone(value)
