"""All functions of the language, by their English key and by both names.

The tree holds keys; what people see and type may be either name, in any case of letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from svyaz.expression.functions import dates, logic, numbers, several, texts
from svyaz.expression.functions.definition import Function
from svyaz.kernel.text import fold

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        one.key: one
        for part in (logic.FUNCTIONS, numbers.FUNCTIONS, texts.FUNCTIONS, dates.FUNCTIONS, several.FUNCTIONS)
        for one in part
    }
)

BY_NAME: Mapping[str, Function] = MappingProxyType(
    {fold(name): one for one in FUNCTIONS.values() for name in (one.key, one.name_ru)}
)
