"""«Ромашка» behind its doors."""

from __future__ import annotations

from tests.api.conftest import site
from tests.cast import romashka

__all__ = ["romashka", "site"]
