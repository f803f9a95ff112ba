"""One number for what a configuration says: equal configurations have equal digests, whatever their revision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def digest_of(*content: Any) -> str:
    """sha256 in hex.  The order of keys in a mapping does not matter, the order of a sequence does."""
    text = json.dumps(canonical(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(value: Any) -> Any:
    """Plain JSON that is equal for equal values; fields left out of comparison are left out here."""
    if is_dataclass(value):
        named = {one.name: canonical(getattr(value, one.name)) for one in fields(value) if one.compare}
        return {"": type(value).__name__, **named}
    if isinstance(value, Mapping):
        return {str(key): canonical(one) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [canonical(one) for one in value]
    if isinstance(value, (date, datetime, Decimal)):
        return {"": type(value).__name__, "is": str(value)}
    return value
