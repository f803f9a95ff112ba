"""A record made of its name alone: «Анна Снеллинг» of an employee is a first name and a surname.

The label formula is read backwards when it is a field, or fields joined by constant text.
"""

from __future__ import annotations

from svyaz.expression.tree import Call, Constant, Node, Path


def split_label(label: Node, text: str) -> dict[str, str] | None:
    """{field key: part}; the last field takes what is left.  None when the formula cannot be read backwards."""
    parts = _parts(label)
    if parts is None or not parts or isinstance(parts[0], str):
        return None
    found: dict[str, str] = {}
    rest = text.strip()
    key = ""
    for part in parts:
        if isinstance(part, Path):
            if key:
                return None
            key = part.keys[0]
            continue
        before, mark, after = rest.partition(part)
        if not mark:
            key = ""  # no separator: what there is belongs to a later field
            continue
        found[key], rest, key = before.strip(), after.strip(), ""
    if key and rest:
        found[key] = rest
    elif rest and found:
        last = next(reversed(found))
        found[last] = f"{found[last]} {rest}".strip()
    return {key: value for key, value in found.items() if value} or None


def can_split(label: Node) -> bool:
    return split_label(label, "x") is not None


def _parts(node: Node) -> list[Path | str] | None:
    if isinstance(node, Path) and len(node.keys) == 1:
        return [node]
    if isinstance(node, Constant) and isinstance(node.value, str) and node.value:
        return [node.value]
    if isinstance(node, Call) and node.function in ("&", "concat", "trim"):
        joined: list[Path | str] = []
        for argument in node.arguments:
            inner = _parts(argument)
            if inner is None:
                return None
            joined += inner
        return joined
    return None
