"""Whatever an administrator does to a company with data, in whatever order, and takes back again.

After each step the base is what the configuration says, a value is lost only where the plan named it, and going back
gives the same configuration and the same values.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.configurator import edits as op
from svyaz.configurator.apply import Outcome, apply_plan
from svyaz.configurator.plan import Plan, Wanted, make_plan
from svyaz.kernel.problem import Problem
from svyaz.records import write
from svyaz.storage import catalog, recompute, record_tables
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from svyaz.traits.registry import TRAITS

PLAIN = ("text", "long_text", "integer", "decimal", "money", "percent", "date", "yes_no", "phone", "url")
SAID = {"integer": 7, "decimal": "2.50", "money": "10.00", "percent": "5", "date": "2026-03-03", "yes_no": True}
SAID |= {"phone": ["+79161234567"], "url": "https://example.ru", "text": "12", "long_text": "да"}


class Administrator:
    """Makes up edits that may make sense; refusals are part of life and change nothing."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company = company
        self.dice = random.Random(seed)
        self.made = 0

    def edit(self) -> op.Edit:
        snapshot = self.company.snapshot
        own = [one for one in snapshot.entities.values() if one.origin != "org" and one.kind == "record"]
        entity = self.dice.choice(own)
        fields = [one for one in entity.fields if not one.system]
        one = self.dice.choice(fields)
        self.made += 1
        key = f"made_{self.made}"
        at = {"entity": entity.key, "field": one.key}
        kind = self.dice.choice(PLAIN)
        other = self.dice.choice(own).key
        table: dict[str, Any] = {"key": key, "title": key, "type": kind}
        return self.dice.choice(
            [
                op.AddEntity({"key": key, "title": key, "field": [{"key": "title", "title": "Имя", "type": "text"}, table]}),
                op.AddField(entity.key, table),
                op.AddField(entity.key, table),
                op.AddField(entity.key, {"key": key, "title": key, "type": "formula", "formula": f"text({one.key})"}),
                op.AddField(entity.key, {"key": key, "title": key, "type": "lookup", "path": f"{one.key}.label"}),
                op.AddField(entity.key, {"key": key, "title": key, "type": "rollup", "entity": other, "function": "count"}),
                op.AddLink(entity.key, other, {"key": key, "title": key}),
                op.AddLines(entity.key, {"key": key, "title": key, "field": [{"key": "title", "title": "Имя", "type": "text"}]}),
                op.ChangeField(**at, set={"title": f"{one.title.ru} {self.made}"}),
                op.ChangeField(**at, set={"required": self.dice.random() < 0.5}),
                op.ChangeField(**at, set={"indexed": True}),
                op.RetypeField(**at, type=kind),
                op.RetypeField(**at, type=kind),
                op.HideField(**at),
                op.ShowField(**at),
                op.DropField(**at),
                op.MoveField(**at, at=self.dice.randint(0, 5)),
                op.PutTrait(entity.key, self.dice.choice(["staged", "discussed", "timeline", "requisites", "numbered"])),
                op.DropTrait(entity.key, self.dice.choice(list(entity.traits) or ["discussed"])),
                op.HideEntity(entity.key),
                op.ShowEntity(entity.key),
                op.DropStage(entity.key, "needs", "offer"),
                op.PutStage(entity.key, "sales", {"key": key, "title": key}, at=1),
                op.DropOption(entity.key, "priority", "low", "normal"),
                op.PutView(entity.key, {"key": key, "title": key, "columns": [one.key]}),
                op.PutModule("goods", self.dice.random() < 0.5),
            ]
        )  # fmt: skip

    def plan(self) -> Plan | None:
        try:
            return make_plan(self.company, Wanted(self.company.snapshot.revision, [self.edit()]))
        except Problem:
            return None

    def record(self) -> None:
        """A record in some object, with whatever its fields take."""
        with self.company.read() as session:
            own = [one for one in session.snapshot.entities.values() if one.origin != "org" and one.kind == "record"]
        entity = self.dice.choice(own)
        wanted = [one for one in entity.fields if one.type in SAID and not one.hidden and self.dice.random() < 0.7]
        values = {one.key: SAID[one.type] for one in wanted if not one.unique}
        try:
            with self.company.write() as session:
                write.create_record(session, SYSTEM, entity.key, values, cause="demo")
        except Problem:
            return


def kept_values(session: Session) -> dict[tuple[int, int], dict[int, Any]]:
    """(entity number, field number) -> record -> value, of fields that people fill."""
    found: dict[tuple[int, int], dict[int, Any]] = {}
    for entity in session.snapshot.entities.values():
        ids = recompute.portion(session, entity.key, 0, 1_000)
        records = record_tables.fetch(session, entity.key, ids)
        for one in entity.fields:
            if not one.system and one.computed is None:
                values = {id: record.values.get(one.key) for id, record in records.items()}
                found[entity.number, one.number] = {id: v for id, v in values.items() if v not in (None, (), False)}
    return found


def types_of(company: Company) -> dict[tuple[int, int], str]:
    return {
        (entity.number, one.number): f"{one.type} {one.column} {one.options.get('scale')}"
        for entity in company.snapshot.entities.values()
        for one in entity.fields
    }


def apply(company: Company, plan: Plan) -> Outcome:
    return apply_plan(company, SYSTEM, plan, confirm=plan.digest)


@pytest.mark.parametrize("seed", range(5))
def test_any_edits_keep_the_base_and_lose_only_what_the_plan_named_and_going_back_gives_all_back(
    company: Company, seed: int
) -> None:
    company.conduct = TRAITS
    administrator = Administrator(company, seed)
    for _ in range(6):
        administrator.record()
    steps: list[tuple[str, dict[tuple[int, int], dict[int, Any]]]] = []
    lossless = True
    while len(steps) < 8:
        plan = administrator.plan()
        if plan is None or plan.asks:
            continue
        with company.read() as session:
            before, digest = kept_values(session), session.snapshot.digest
        types = types_of(company)
        try:
            apply(company, plan)
        except Problem:
            with company.read() as session:
                assert session.snapshot.digest == digest
                assert kept_values(session) == before
            continue
        with company.read() as session:
            assert catalog.differences(session, session.snapshot) == []
            after = kept_values(session)
        now = types_of(company)
        lost = any(step.kind == "lost" for step in plan.steps)
        moved = bool(plan.moves)
        for place, values in before.items():
            if place not in after:
                assert lost or now.get(place, "").split(" ")[0] in ("formula", "lookup", "rollup"), plan.steps
            elif types[place] == now[place] and not moved:
                assert after[place] == values, plan.steps
            elif not moved:
                missing = len(values.keys() - after[place].keys())
                assert missing <= sum(one.what.count for one in plan.kept_back), plan.steps
        steps.append((digest, before))
        lossless = lossless and not lost
        if lost:
            steps = []  # what is lost for good does not come back: from here anew
            lossless = True
            if administrator.made > 60:
                break
    while steps:
        digest, values = steps.pop()
        revision = company.snapshot.revision
        back = make_plan(company, Wanted(revision, restore=_revision_of(company, digest)))
        apply(company, back)
        with company.read() as session:
            assert session.snapshot.digest == digest
            assert catalog.differences(session, session.snapshot) == []
            found = kept_values(session)
        assert {place: found.get(place) for place in values} == values


def _revision_of(company: Company, digest: str) -> int:
    with company.read() as session:
        rows = session.fetch("SELECT number FROM sv_revision WHERE digest = ? ORDER BY number DESC LIMIT 1", (digest,))
    return int(rows[0][0])
