"""E-mail addresses: several, labelled, in lower case: nobody's mailbox tells capitals apart."""

from __future__ import annotations

import re
import unicodedata

from svyaz.fields.base import Terms
from svyaz.fields.contact import Contact
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown

MOST = 254  # RFC 5321
PART = r"[^@\s,;:<>()\[\]\"\\.]+"
ADDRESS = re.compile(rf"{PART}(?:\.{PART})*@(?:{PART}\.)+{PART}")
NAMED = re.compile(r"\"?(?P<label>[^<>@\"]*)\"?\s*<(?P<address>[^<>]+)>")


class EmailNotUnderstood(BadValue):
    code = "email_not_understood"  # facts: value


class Email(Contact):
    name = "email"

    def read(self, text: str, terms: Terms) -> tuple[str, str]:
        """ "olga@example.ru", «Ольга <olga@example.ru>», "mailto:olga@example.ru"."""
        named = NAMED.fullmatch(text.strip())
        label, told = (named["label"].strip(), named["address"]) if named else ("", text)
        address = unicodedata.normalize("NFC", told.strip().lower()).removeprefix("mailto:")
        local = address.partition("@")[0]
        if len(address) > MOST or len(local) > 64 or not ADDRESS.fullmatch(address):
            raise EmailNotUnderstood(value=shown(text))
        return address, label
