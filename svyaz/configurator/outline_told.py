"""An outline read for whoever configures: its formulas by keys, each over the fields that stand before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from svyaz.access.actor import Actor
from svyaz.configurator.carry import carry
from svyaz.configurator.edits import Edit
from svyaz.configurator.outlined import Told, outlined
from svyaz.expression.check import formula
from svyaz.expression.say import read_titles
from svyaz.kernel.problem import NotFound, Problem
from svyaz.records.marks import TitledScope
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot
from svyaz.schema.source import assign_numbers
from svyaz.storage import revisions
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company, current_source


def tell_outline(session: Session, company: Company, actor: Actor, entity: str, text: str) -> Told:
    """In a reading transaction.  Raises NotFound for an object that is not there, and what read_lines does; a line that
    cannot be understood has its problem in its row, and the rest of them are told as ever."""
    if entity not in session.snapshot.entities:
        raise NotFound("entity", entity="entity", id=entity[:40])
    told = outlined(session.snapshot, entity, text, actor.language)
    edits: list[dict[str, Any]] = []
    rows = {(one.title, one.type): at for at, one in enumerate(told.rows) if one.type == "formula"}
    for edit in told.edits:
        table = edit.get("field", {})
        if table.get("type") == "formula":
            at = rows[table["title"]["ru"], "formula"]
            try:
                table["formula"] = _by_keys(session, company, actor, entity, edits, str(table["formula"]))
            except Problem as problem:
                told.rows[at] = replace(told.rows[at], problem=problem)
                continue
        edits.append(edit)
    told.edits = edits
    return told


def _by_keys(
    session: Session, company: Company, actor: Actor, entity: str, edits: Sequence[dict[str, Any]], text: str
) -> str:
    after = _after(session, company, edits)
    scope = TitledScope(after, actor, entity)
    by_keys = read_titles(text, scope)
    formula(by_keys, scope)
    return by_keys


def _after(session: Session, company: Company, edits: Sequence[dict[str, Any]]) -> Snapshot:
    before = session.snapshot
    carried = carry(current_source(session), before, company.traits, msgspec.convert(list(edits), list[Edit]))
    numbered, _ = assign_numbers(carried.source, revisions.next_number(session), company.traits)
    return resolve(numbered, company.traits, before.revision + 1)
