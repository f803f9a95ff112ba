"""Keys: what formulas, the API, files and tables call a thing.  Latin, immutable.

A key that one database cannot take is refused for all of them, so that a company can be carried
from one to another without renaming.
"""

from __future__ import annotations

import re

from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold, shown

MOST = 26  # 31 bytes of the strictest database, less a second part such as __cur or __key
SHAPE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

LANGUAGE = {"and", "or", "not", "in", "is", "true", "false", "empty", "null", "if", "then", "else", "like", "between"}
SYSTEM = {"id", "label", "entity", "version"} | {
    f"{what}_{whence}" for what in ("created", "changed", "deleted") for whence in ("at", "by")
}

# Columns that every table of SQLite or PostgreSQL has already.  Reserved words (order, group, date) are no
# trouble: every name is quoted in SQL.
DATABASE = {"rowid", "oid", "tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"}
CATALOGUES = ("sv_", "sqlite_", "pg_", "rdb_", "mon_")

CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщыэюяіїєґў"
SPELLING = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya i yi ye g u"
LATIN = dict(zip(CYRILLIC, SPELLING.split(), strict=True))
SILENT = "ъь"


class BadKey(Problem):
    code = "bad_key"  # facts: key, suggestion


class KeyTooLong(Problem):
    code = "key_too_long"  # facts: key, length, max


class KeyReserved(Problem):
    """why: language | system | database"""

    code = "key_reserved"  # facts: key, why


def check_key(key: str, place: str = "") -> Problem | None:
    """What is wrong with a key, or None."""
    if not isinstance(key, str) or not SHAPE.fullmatch(key):
        return BadKey(place, key=shown(key), suggestion=key_from_title(str(key)[:MOST]))
    if len(key) > MOST:
        return KeyTooLong(place, key=shown(key), length=len(key), max=MOST)
    why = _reserved(key)
    return KeyReserved(place, key=key, why=why) if why else None


def key_from_title(title: str) -> str:
    """A good key for a title: key_from_title("Отрасль") == "otrasl"; a title of no letters gives "field"."""
    letters = "".join("" if one in SILENT else LATIN.get(one, one) for one in fold(title[:200]))
    words = re.findall("[a-z0-9]+", letters)
    key = "_".join(words) or "field"
    if key[0].isdigit() or key.startswith(CATALOGUES):
        key = "n" + key
    if len(key) > MOST:
        key = key[: MOST + 1].rpartition("_")[0] or key[:MOST]
    if len(key) > MOST:
        key = key[:MOST].rstrip("_")
    return f"{key}_1" if _reserved(key) else key


def _reserved(key: str) -> str:
    if key in SYSTEM or key.startswith("sv_"):
        return "system"
    if key in LANGUAGE:
        return "language"
    if key in DATABASE or key.startswith(CATALOGUES):
        return "database"
    return ""
