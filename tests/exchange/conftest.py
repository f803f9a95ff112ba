"""Imports are made by people of the cast."""

from tests.cast import romashka

__all__ = ["romashka"]
