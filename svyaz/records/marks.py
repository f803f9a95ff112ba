"""Which of the rows in sight a rule holds for: what colours a list.  And a formula as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from svyaz.access.actor import Actor
from svyaz.access.apply import read_entity
from svyaz.expression.check import formula
from svyaz.expression.say import read_titles, show_titles
from svyaz.expression.tree import YES_NO
from svyaz.kernel.problem import Problem, Problems
from svyaz.records.cells import id_in
from svyaz.records.read import ListRequest, read_ids
from svyaz.records.reader_scope import ReaderScope
from svyaz.storage.session import Session


def read_marks(
    session: Session, actor: Actor, entity: str, ids: Sequence[int], rules: Sequence[str]
) -> list[list[int]]:
    """For each rule, those of the ids for which it holds, among what the actor sees."""
    read_entity(session.snapshot, actor, entity)
    if not ids:
        return [[] for _ in rules]
    return [read_ids(session, actor, entity, ListRequest(filter=rule, sort="id"), among=id_in(ids)) for rule in rules]


class TitledScope(ReaderScope):
    """A person who types by titles is offered titles."""

    def suggest(self, key: str) -> list[str]:
        found = [(one, self.slot((one,))) for one in super().suggest(key)]
        return [slot.titles[-1] if slot is not None and slot.titles else one for one, slot in found]


@dataclass(frozen=True, slots=True)
class FormulaRead:
    """formula: by keys, as it is kept;  titles: as people see it;  both "" when it cannot be read at all."""

    formula: str
    titles: str
    problems: tuple[Problem, ...] = ()


def read_formula(session: Session, actor: Actor, entity: str, text: str) -> FormulaRead:
    """A condition as a person types it, by titles, by keys or by both; [] problems when it may be asked."""
    read_entity(session.snapshot, actor, entity)
    if not text.strip():
        return FormulaRead("", "")
    scope = TitledScope(session.snapshot, actor, entity)
    by_keys = ""
    try:
        by_keys = read_titles(text, scope)
        titles = show_titles(by_keys, scope)
        formula(by_keys, scope, YES_NO)
    except Problems as several:
        return FormulaRead(by_keys, text, several.problems)
    except Problem as problem:
        return FormulaRead(by_keys, text, (problem,))
    return FormulaRead(by_keys, titles)
