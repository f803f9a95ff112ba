"""A company to be reshaped: over HTTP with its cast, and bare."""

from __future__ import annotations

from tests.api.conftest import site
from tests.cast import romashka

__all__ = ["romashka", "site"]
