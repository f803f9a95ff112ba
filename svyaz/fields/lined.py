"""What a person's name and an address share: several parts, and one line of text that filters, sorts and is found.

The line stands in the field's own column and the parts beside it, as a list: they are shown and edited, and nothing
is filtered by them apart from the line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from typing import Any, ClassVar, Final

from svyaz.fields.base import Column, Columns, Json, Options, Terms, Words
from svyaz.fields.single import Conversions, Single
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import TextExpected, clean, shown, sort_key
from svyaz.kernel.values import Lined as Value

MOST_PART: Final = 200
MOST_LINE: Final = 1000


class PartUnknown(BadValue):
    code = "part_unknown"  # facts: part, parts


class Lined(Single):
    """made   the value;  marks   what parts values in a line, and so cannot stand in a part"""

    made: ClassVar[Callable[..., Value]]
    marks: ClassVar[str]
    becomes: ClassVar[Conversions] = {"text": str, "long_text": str}

    def read(self, line: str) -> Value:
        """A clean line as a person types it."""
        raise NotImplementedError

    def exactly(self, value: Value) -> str:
        """A line of which `read` makes the same value, whatever the parts are."""
        raise NotImplementedError

    def settle(self, **parts: str) -> Value:
        """A value of parts typed apart."""
        return self.made(**parts)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(one.name for one in fields(self.made))  # type: ignore[arg-type]

    def storage(self, options: Options) -> Columns:
        return Columns((Column("text"), Column("text", "pts")))

    def understand(self, raw: Any, options: Options, terms: Terms) -> Value | None:
        """A line, {part: text} or a value."""
        if isinstance(raw, str):
            line = clean(raw, MOST_LINE, lines=False)
            value = self.read(line) if line else None
            return value if value is not None and any(astuple(value)) else None
        told = self._told(raw)
        value = self.settle(**{name: self._part(text) for name, text in told.items() if text is not None})
        return value if any(astuple(value)) else None

    def _told(self, raw: Any) -> Mapping[str, Any]:
        if isinstance(raw, Value) and type(raw) is self.made:
            return dict(zip(self.parts, astuple(raw), strict=True))
        if not isinstance(raw, Mapping):
            raise TextExpected(value=shown(raw))
        unknown = next((name for name in raw if name not in self.parts), None)
        if unknown is not None:
            raise PartUnknown(part=shown(unknown), parts=", ".join(self.parts))
        return raw

    def _part(self, raw: Any) -> str:
        if not isinstance(raw, str):
            raise TextExpected(value=shown(raw))
        return " ".join(clean(raw, MOST_PART, lines=False).translate(dict.fromkeys(map(ord, self.marks), " ")).split())

    def pack(self, value: Any, options: Options) -> tuple[Any, ...]:
        if value is None:
            return None, None
        return str(value), json.dumps(astuple(value), ensure_ascii=False)

    def unpack(self, stored: Any, options: Options) -> Value | None:
        return None if stored[0] is None else self.made(*json.loads(stored[1]))

    def wire(self, options: Options) -> Callable[..., Json] | None:
        def cell(line: str | None, parts: str | None = None) -> Json:
            return None if line is None or parts is None else self._plain(json.loads(parts))

        return cell

    def plain(self, value: Any, options: Options) -> Json:
        return None if value is None else self._plain(astuple(value))

    def _plain(self, parts: Any) -> dict[str, str]:
        return {name: text for name, text in zip(self.parts, parts, strict=True) if text}

    def say(self, value: Any, options: Options, words: Words) -> str:
        if value is None:
            return ""
        line = str(value)
        return line if self.read(line) == value else self.exactly(value)

    def key(self, value: Any, options: Options) -> str | None:
        return None if value is None else sort_key(str(value))
