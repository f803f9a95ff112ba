"""Formula trees that access builds: a typed path to a field, and a condition read from a linked record."""

from __future__ import annotations

from dataclasses import replace

from svyaz.expression.tree import SHARED, Call, Constant, Node, Path, Reach
from svyaz.fields.registry import TYPES
from svyaz.schema.snapshot import Field


def typed_path(field: Field) -> Path:
    return Path((field.key,), TYPES[field.type].expression_type(field.options))


def within(link: str, node: Node) -> Node:
    """The same condition said of the record that `link` points to: `stage = 'new'` -> `card.stage = 'new'`."""
    if isinstance(node, Constant):
        return node
    if isinstance(node, Path):
        return replace(node, keys=(link, *node.keys))
    if isinstance(node, Reach):
        return replace(node, path=replace(node.path, keys=(link, *node.path.keys)))
    return replace(node, arguments=tuple(within(link, one) for one in node.arguments))


def asks_shares(node: Node) -> bool:
    """Whether a record opened to the reader by itself satisfies a part of the condition."""
    if isinstance(node, Call):
        return any(asks_shares(one) for one in node.arguments)
    return isinstance(node, Reach) and node.scope in SHARED


def paths_of(node: Node) -> set[tuple[str, ...]]:
    """Every path a formula reads."""
    if isinstance(node, Path):
        return {node.keys}
    if isinstance(node, Reach):
        return {node.path.keys}
    if isinstance(node, Call):
        return {keys for one in node.arguments for keys in paths_of(one)}
    return set()
