"""How far the search index has come: one row, and a plan for each object.

Everything is written in the transaction that writes the entries themselves, so whatever is killed, the
position and the index agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from svyaz.storage.session import Session

Groups = Mapping[int, tuple[tuple[int, str], ...]]

# Above every id: a plan that has gone through nothing yet.
TOP = 2**52


@dataclass(frozen=True, slots=True)
class State:
    """stamp 0: the index has never been written.  form: the rules by which words were taken apart."""

    stamp: int = 0
    position: int = 0
    revision: int = 0
    form: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """entity   number of the object
    groups   number of a group -> its fields, (number, type) each
    free     the number of the next group; a number is not given twice until the table is made anew
    below    records under this id are still to be gone through; None when all are done
    """

    entity: int
    groups: Groups
    free: int
    below: int | None


def read_state(session: Session) -> State:
    rows = session.fetch("SELECT stamp, position, revision, form FROM sv_search_state WHERE id = 1")
    return State(*rows[0]) if rows else State()


def move_state(session: Session, seen: State, position: int, revision: int, form: str) -> bool:
    """Write the state if it is still as it was seen; False when another follower was first."""
    moved = replace(seen, position=position, revision=revision, form=form)
    if seen.stamp:
        return bool(
            session.run(
                "UPDATE sv_search_state SET stamp = stamp + 1, position = ?, revision = ?, form = ?"
                " WHERE id = 1 AND stamp = ?",
                (moved.position, moved.revision, moved.form, seen.stamp),
            )
        )
    return bool(
        session.run(
            "INSERT INTO sv_search_state (id, stamp, position, revision, form) VALUES (1, 1, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            (moved.position, moved.revision, moved.form),
        )
    )


def read_plans(session: Session) -> dict[int, Plan]:
    """By the number of the object."""
    rows = session.fetch("SELECT entity, groups, free, below FROM sv_search_plan ORDER BY entity")
    return {entity: Plan(entity, _groups(groups), free, below) for entity, groups, free, below in rows}


def write_plan(session: Session, plan: Plan) -> None:
    groups = orjson.dumps({str(number): fields for number, fields in plan.groups.items()}).decode()
    session.run(
        "INSERT INTO sv_search_plan (entity, groups, free, below) VALUES (?, ?, ?, ?) ON CONFLICT (entity) DO UPDATE"
        " SET groups = excluded.groups, free = excluded.free, below = excluded.below",
        (plan.entity, groups, plan.free, plan.below),
    )


def sweep_on(session: Session, entity: int, below: int | None) -> None:
    """Remember which records of the object have been gone through."""
    session.run("UPDATE sv_search_plan SET below = ? WHERE entity = ?", (below, entity))


def drop_plan(session: Session, entity: int) -> None:
    session.run("DELETE FROM sv_search_plan WHERE entity = ?", (entity,))


def _groups(text: str) -> Groups:
    found = orjson.loads(text)
    return {int(number): tuple((field, kind) for field, kind in fields) for number, fields in found.items()}
