"""Every physical name of the database, made in one place.

    table of records     <key of the entity>, or <key>__t where the key looks like a name below
    column               <key>, a retyped field has <key>__2; further parts <key>__cur, <key>__base
    shadow key           <key>__key
    several values       ln_<number of the field>; after a retype ln_<number>__2
    indexes              ix_<number> by value, uq_<number> unique, ik_<number> by shadow key
    of the engine        sv_...

Firebird takes 31 bytes.  A name that would be longer gives way to one made of the field's number:
`f_<number>__2__cur`.  A double underscore never occurs in a key, so nothing can meet anything.
"""

from __future__ import annotations

import re

from svyaz.schema.snapshot import Entity, Field

LONGEST = 31  # bytes; all names are ASCII


_OURS = re.compile(r"(ln|ix|uq|ik)_\d+")


def table(entity: Entity) -> str:
    """The key; a key that looks like our own names (an object «ЛН 12» is `ln_12`) steps aside."""
    return f"{entity.key}__t" if _OURS.match(entity.key) else entity.key


def column(field: Field, part: str = "") -> str:
    """The column of one part of a value; part "" is the value itself."""
    return _fit(field, f"__{part}" if part else "")


def key_column(field: Field) -> str:
    return _fit(field, "__key")


def rows_table(field: Field) -> str:
    return f"ln_{field.number}{_generation(field)}"


def rows_column(part: str = "") -> str:
    return f"value__{part}" if part else "value"


def value_index(field: Field) -> str:
    return f"ix_{field.number}{_generation(field)}"


def unique_index(field: Field) -> str:
    return f"uq_{field.number}{_generation(field)}"


def key_index(field: Field) -> str:
    return f"ik_{field.number}{_generation(field)}"


def label_index(entity: Entity) -> str:
    return f"ix_{entity.number}_label"


def deleted_index(entity: Entity) -> str:
    return f"ix_{entity.number}_deleted"


def created_index(entity: Entity) -> str:
    return f"ix_{entity.number}_created"


def quoted(name: str) -> str:
    """As it stands in SQL: an entity may be called `group` or `order`."""
    return f'"{name}"'


def _fit(field: Field, suffix: str) -> str:
    name = field.column + suffix
    return name if len(name) <= LONGEST else f"f_{field.number}{_generation(field)}{suffix}"


def _generation(field: Field) -> str:
    """`__2` of a column `<key>__2`, nothing for the first."""
    return field.column[len(field.key) :] if field.column.startswith(f"{field.key}__") else ""
