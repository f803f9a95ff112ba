"""Web address: http and https only, since it becomes a link that people press."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from svyaz.fields.base import Options, Terms
from svyaz.fields.single import Conversions, Single, same
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import TextExpected, clean, shown, sort_key

MOST = 2000
ADDRESS = re.compile(r"(?P<scheme>https?)://(?P<host>[^\s/?#\\@]+)(?P<rest>[/?#]\S*)?")
HOST = re.compile(
    r"(?:[\w-]+\.)+[\w-]{2,}\.?(?::[0-9]{1,5})?|localhost(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?"
)
OTHER_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?![0-9]{1,5}(?:[/?#]|$))", re.IGNORECASE)


class UrlNotUnderstood(BadValue):
    code = "url_not_understood"  # facts: value


class UrlSchemeRefused(BadValue):
    """javascript:, data:, file: do harm when pressed."""

    code = "url_scheme_refused"  # facts: scheme


class Url(Single):
    name = "url"
    becomes: ClassVar[Conversions] = {"text": same, "long_text": same}

    def understand(self, raw: Any, options: Options, terms: Terms) -> str | None:
        """ "example.ru/a" -> "https://example.ru/a"; scheme and host in lower case, spaces as %20."""
        if not isinstance(raw, str):
            raise TextExpected(value=shown(raw))
        text = clean(raw, MOST, lines=False)
        if not text:
            return None
        scheme = OTHER_SCHEME.match(text)
        if scheme and scheme[1].lower() not in ("http", "https"):
            raise UrlSchemeRefused(scheme=shown(scheme[1].lower()))
        address = text if scheme else f"https://{text}"
        head, mark, tail = address.partition("://")
        found = ADDRESS.fullmatch(f"{head.lower()}{mark}{tail.replace(' ', '%20')}")
        if found is None:
            raise UrlNotUnderstood(value=shown(raw))
        host = unicodedata.normalize("NFC", found["host"].lower())
        if not HOST.fullmatch(host):
            raise UrlNotUnderstood(value=shown(raw))
        return f"{found['scheme']}://{host}{found['rest'] or ''}"

    def key(self, value: Any, options: Options) -> str | None:
        return None if value is None else sort_key(value)
