"""Whatever an administrator does to a company with data, in whatever order, and takes back again.

After each step the base is what the configuration says, a value is lost only where the plan named it, and going back
gives the same configuration and the same values.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.app import RUNNERS
from svyaz.configurator import edits as op, put_off
from svyaz.configurator.apply import Outcome, apply_plan
from svyaz.configurator.plan import Plan, Wanted, make_plan
from svyaz.jobs.worker import Worker
from svyaz.kernel.clock import FixedClock
from svyaz.kernel.problem import Problem
from svyaz.records import write
from svyaz.schema.snapshot import Entity, Field
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
                self.card(entity),
                self.card(entity),
                op.PutForm(entity.key, None),
                self.home_page(),
                self.home_page(),
            ]
        )  # fmt: skip

    # --- cards and home pages, their formulas typed by titles as often as by keys

    def named(self, one: Field) -> str:
        return f"[{one.title.ru}]" if self.dice.random() < 0.5 else one.key

    def condition(self, entity: Entity) -> str:
        one = self.dice.choice([one for one in entity.fields if not one.system])
        return f"not is_empty({self.named(one)})"

    def card(self, entity: Entity) -> op.PutForm:
        fields = [one for one in entity.fields if not one.system and not one.hidden]
        deciding = [one for one in fields if one.type == "yes_no"]
        variants = []
        for at in range(self.dice.randint(0, 2)):
            whom: dict[str, Any] = {"phone": self.dice.random() < 0.3}
            if deciding and self.dice.random() < 0.5:
                whom |= {"by": self.dice.choice(deciding).key, "values": [self.dice.choice(["yes", "no"])]}
            elif self.dice.random() < 0.7:
                whom["roles"] = [self.dice.choice(sorted(self.company.snapshot.roles))]
            variants.append(
                {"key": f"look_{at}", "title": f"Вид {at}", **whom, "tab": self.tabs(entity, fields, f"v{at}")}
            )
        quick = [one.key for one in self.dice.sample(fields, min(2, len(fields)))]
        conditional = {"key": self.dice.choice(fields).key, "visible_if": self.condition(entity)} if fields else "title"
        extra = [{"title": "Ещё", "section": [{"title": "Условие", "fields": [conditional]}]}]
        form = {"quick": quick, "tab": [*extra, *self.tabs(entity, fields, "b")], "variant": variants}
        return op.PutForm(entity.key, form)

    def tabs(self, entity: Entity, fields: Sequence[Field], stem: str) -> list[dict[str, Any]]:
        some = [one.key for one in self.dice.sample(fields, min(3, len(fields)))]
        sections: list[dict[str, Any]] = [{"title": "Поля", "columns": 2, "fields": some}]
        texts = [one for one in fields if one.type in ("text", "long_text") and one.computed is None]
        if texts:
            value = f"text({self.named(self.dice.choice(texts))})"
            button = {
                "key": f"{stem}_write",
                "title": "Записать",
                "do": "set",
                "values": {self.dice.choice(texts).key: value},
            }
            if self.dice.random() < 0.5:
                button["visible_if"] = self.condition(entity)
            sections.append({"kind": "buttons", "buttons": [button]})
        links = [
            (other, link.key)
            for other in self.company.snapshot.entities.values()
            for link in other.fields
            if entity.key in link.targets and link.computed is None and link.type == "link" and not other.hidden
        ]
        if links:
            far, by = self.dice.choice(links)
            about = {"entity": far.key, "by": by, "filter": self.condition(far)}
            sections.append({"kind": "figure", "title": "Сколько", **about})
            sections.append(
                {"kind": "buttons", "buttons": [{"key": f"{stem}_open", "title": "Открыть", "do": "open", **about}]}
            )
        sections.append({"kind": "text", "text": {"ru": f"Слова {self.made}"}})
        return [{"title": "Вкладка", "section": sections}]  # fmt: skip

    def home_page(self) -> op.PutHome:
        own = [one for one in self.company.snapshot.entities.values() if one.kind == "record" and not one.hidden]
        blocks: list[dict[str, Any]] = [{"key": "plan", "kind": "plan"}]
        for at in range(self.dice.randint(1, 3)):
            entity = self.dice.choice(own)
            told: dict[str, Any] = {"key": f"block_{at}", "title": f"Блок {at}", "entity": entity.key}
            told["filter"] = self.condition(entity)
            columns = [one.key for one in entity.fields if not one.system][:2]
            dates = [one.key for one in entity.fields if one.type == "date"] or ["created_at"]
            told |= self.dice.choice([
                {"kind": "list", "columns": columns, "limit": 3},
                {"kind": "figure", "date": self.dice.choice(dates), "period": "month"},
                {"kind": "chart", "group": f"{dates[0]}:month"},
            ])  # fmt: skip
            blocks.append(told)
        role = self.dice.choice(["", *sorted(self.company.snapshot.roles)])
        return op.PutHome({"columns": 2, "block": blocks} if self.dice.random() < 0.8 else None, role)

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
        lost = any(step.risk == "loses" for step in plan.steps)
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


WAITS = (
    "applied at its hour",
    "applied before its hour",
    "called off",
    "something else was changed meanwhile",
)


@pytest.mark.parametrize("seed", range(2))
def test_change_that_waits_for_the_night_is_applied_whole_or_leaves_the_base_as_it_was(
    company: Company, clock: FixedClock, seed: int
) -> None:
    company.conduct = TRAITS
    administrator, worker = Administrator(company, 100 + seed), Worker(company, RUNNERS, clock)
    for _ in range(4):
        administrator.record()
    met: set[str] = set()
    for turn in range(12):
        how = WAITS[turn % len(WAITS)]
        edit = administrator.edit()
        revision = company.snapshot.revision
        try:
            plan = make_plan(company, Wanted(revision, [edit]))
            if plan.after.digest == company.snapshot.digest:
                continue
            kept = put_off.put_plan_off(company, SYSTEM, Wanted(revision, [edit]), "", plan.digest)
        except Problem:
            continue
        met.add(how)
        with company.read() as session:
            before, digest = kept_values(session), session.snapshot.digest
            assert [one.in_time for one in put_off.list_waiting(session)] == [True]
        if how == "applied before its hour":
            put_off.apply_now(company, SYSTEM, kept.id)
        elif how == "called off":
            with company.write() as session:
                put_off.call_off(session, kept.id)
        elif how == "something else was changed meanwhile":
            other = op.AddField("deal", {"key": f"other_{turn}", "title": f"Другое {turn}", "type": "text"})
            apply(company, make_plan(company, Wanted(revision, [other])))
            with company.read() as session:
                digest = session.snapshot.digest
        clock.move(hours=25)
        worker.run_all()
        with company.read() as session:
            assert catalog.differences(session, session.snapshot) == []
            waiting = put_off.list_waiting(session)
            if how.startswith("applied"):
                assert (session.snapshot.digest, waiting) == (plan.after.digest, [])
            else:
                assert session.snapshot.digest == digest
                now = kept_values(session)
                assert {place: now.get(place) for place in before} == before
                assert len(waiting) == (1 if how.startswith("something") else 0)
        for one in waiting:
            with company.write() as session:
                put_off.call_off(session, one.kept.id)
    assert met >= set(WAITS[:3])


def _revision_of(company: Company, digest: str) -> int:
    with company.read() as session:
        rows = session.fetch("SELECT number FROM sv_revision WHERE digest = ? ORDER BY number DESC LIMIT 1", (digest,))
    return int(rows[0][0])
