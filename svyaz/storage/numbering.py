"""Counters of numbers that people see: one for each numbered field and period (a year, or "" for ever).

A number is taken in the transaction that uses it, so a rollback gives it back and there is no gap.
"""

from __future__ import annotations

from svyaz.storage.session import Session


def take_number(session: Session, field_number: int, period: str, n: int = 1) -> int:
    """The first of `n` numbers in a row, counting from 1."""
    rows = session.fetch(
        "INSERT INTO sv_numbering (field, period, value) VALUES (?, ?, ?)"
        " ON CONFLICT (field, period) DO UPDATE SET value = sv_numbering.value + excluded.value RETURNING value",
        (field_number, period, n),
    )
    return int(rows[0][0]) - n + 1


def last_number(session: Session, field_number: int, period: str) -> int:
    """The number of the period that was given last; 0 when none was."""
    rows = session.fetch("SELECT value FROM sv_numbering WHERE field = ? AND period = ?", (field_number, period))
    return int(rows[0][0]) if rows else 0


def raise_number(session: Session, field_number: int, period: str, used: int) -> None:
    """An import brought numbers up to `used`: ours go on after it; never goes down."""
    greatest = "MAX" if session.dialect == "sqlite" else "GREATEST"
    session.run(
        "INSERT INTO sv_numbering (field, period, value) VALUES (?, ?, ?)"
        f" ON CONFLICT (field, period) DO UPDATE SET value = {greatest}(sv_numbering.value, excluded.value)",
        (field_number, period, used),
    )
