"""Связь (Svyaz): a CRM that is a constructor.  docs/map.md says what lives where."""

__version__ = "0.1.0"
