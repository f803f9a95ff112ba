"""Tables of a configuration as TOML that reads well and differs well: one setting a line, one option a line.

The order is that of the table, titles lie on one line, lists of things with titles of their own become [[tables]].
tomllib.loads(toml_text(table)) == table, for any table a source may hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
IN_A_LIST = ("options", "stages", "menu", "fields")  # one entry a line inside [ … ]
ALWAYS_SHORT = ("title", "hint", "check_title")


def toml_text(table: Mapping[str, Any], name: str = "") -> str:
    """name: the head of the table, "dictionary" for [[dictionary]] (given with its brackets), "" for the file itself."""
    return "\n".join(_lines(table, name)).strip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    later: list[tuple[str, Any]] = []
    for key, value in table.items():
        if value is None:
            continue
        if _is_tables(value) and value and key not in IN_A_LIST:
            later.append((key, value))
        elif isinstance(value, Mapping) and key not in ALWAYS_SHORT and path in ("", "form", "[[dictionary]]"):
            later.append((key, value))
        elif _is_tables(value) and value:
            yield f"{_key(key)} = ["
            yield from (f"  {_inline(one)}," for one in value)
            yield "]"
        else:
            yield f"{_key(key)} = {_inline(value)}"
    inside = path.strip("[]")
    for key, value in later:
        name = f"{inside}.{_key(key)}" if inside else _key(key)
        if isinstance(value, Mapping):
            yield from ("", f"[{name}]")
            yield from _lines(value, name)
            continue
        for one in value:
            yield from ("", f"[[{name}]]")
            yield from _lines(one, f"[[{name}]]")


def _is_tables(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(one, Mapping) for one in value)


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        return "{ " + ", ".join(f"{_key(key)} = {_inline(one)}" for key, one in value.items() if one is not None) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if BARE.match(key) else json.dumps(key, ensure_ascii=False)
