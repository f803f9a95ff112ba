"""How the columns of a file go into the fields of an object: the plan of an import, and a guess of it.

A plan is data: kept with the run, saved under a name for the next file of the same kind, given to
the command line as JSON.  `parse_plan` names everything wrong in it at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

import msgspec

from svyaz.access.actor import Actor
from svyaz.access.fields import may_edit
from svyaz.exchange.forms import DATE_ORDERS
from svyaz.exchange.label_parts import can_split
from svyaz.kernel.problem import Problem, Problems
from svyaz.kernel.text import fold
from svyaz.schema.snapshot import Entity, Snapshot

# Headings people give to the usual fields, folded; the value is a field role or key to look for.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "title": ("название", "наименование", "имя компании", "company", "account", "name", "организация", "компания"),
    "counterparty": ("клиент", "компания", "организация", "заказчик", "account", "company", "client", "customer"),
    "external_number": ("внешний номер", "внешний код", "код", "external id", "opportunity id"),
    "inn": ("инн", "inn", "tax id"),
    "phones": ("телефон", "телефоны", "phone", "mobile", "тел", "моб"),
    "emails": ("почта", "e-mail", "email", "электронная почта", "mail"),
    "amount": ("сумма", "бюджет", "amount", "close_value", "value", "стоимость"),
    "stage": ("этап", "стадия", "stage", "deal_stage", "статус"),
    "responsible": ("ответственный", "менеджер", "responsible", "owner", "sales_agent", "manager"),
    "price": ("цена", "price", "sales_price"),
    "website": ("сайт", "website", "web", "url"),
    "address": ("адрес", "address"),
}
# Above this likeness a heading is taken for a field; lower guesses annoy more than they help.
LIKE = 0.82


class PlanWrong(Problem):
    code = "import_plan_wrong"  # facts: why


class FieldNotForImport(Problem):
    code = "field_not_for_import"  # facts: field, entity


class ColumnTwice(Problem):
    code = "import_column_twice"  # facts: field


class KeyNotMapped(Problem):
    code = "import_key_not_mapped"  # facts: field


class ColumnMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One column.  column: its number from 0.

    field    field key; "stage@<stage key>" or "stage@end": the date the record came to that stage;
             "id": the record's own number; "" leaves the column out
    match    for links: the far field to look the value up by ("label" by default)
    missing  what a link value that is not found becomes: "empty", "create" a record of that name, "error"
    values   the file's value -> what it means here: a record id, an option key, a text; null leaves empty
    create   link values to make a record of, whatever `missing` says of the rest
    """

    column: int
    field: str
    match: str = "label"
    missing: Literal["empty", "create", "error"] = "error"
    values: dict[str, Any] = {}
    create: list[str] = []


class ImportPlan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """keys      field keys by which a row is recognised as an existing record; none: every row is new
    existing  skip | fill (only what is empty) | overwrite
    absent    create | skip
    history   the file tells of the past: stage requirements, notices, rules and numbering are off
    constants field key -> value that every created record gets
    """

    entity: str
    columns: list[ColumnMap]
    sheet: int = 0
    header_row: int = 1
    keys: list[str] = []
    existing: Literal["skip", "fill", "overwrite"] = "skip"
    absent: Literal["create", "skip"] = "create"
    history: bool = False
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal[".", ","] | None = None
    constants: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class GuessedColumn:
    """title: of the file.  field: the guess, "" when there is none.  samples: first different values."""

    number: int
    title: str
    field: str
    samples: tuple[str, ...] = ()


def parse_plan(body: Any) -> ImportPlan:
    try:
        return msgspec.convert(body, ImportPlan)
    except msgspec.ValidationError as wrong:
        raise PlanWrong("plan", why=str(wrong)[:300]) from None


def check_plan(snapshot: Snapshot, actor: Actor, plan: ImportPlan) -> list[Problem]:
    """Everything wrong with the plan for this actor: unknown and unwritable fields, doubles, keys without a column."""
    entity = snapshot.entities[plan.entity]
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, column in enumerate(plan.columns):
        place = f"columns.{number}"
        if not column.field:
            continue
        if column.field in seen:
            problems.append(ColumnTwice(place, field=column.field))
        seen.add(column.field)
        if not target_exists(snapshot, actor, entity, column.field):
            problems.append(FieldNotForImport(place, field=column.field, entity=entity.title.say(actor.language)))
    for key in plan.constants:
        if not target_exists(snapshot, actor, entity, key) or "@" in key:
            problems.append(FieldNotForImport("constants", field=key, entity=entity.title.say(actor.language)))
    problems += [KeyNotMapped("keys", field=key) for key in plan.keys if key not in seen]
    if plan.dates is not None and plan.dates not in DATE_ORDERS:
        problems.append(PlanWrong("dates", why=plan.dates))
    return problems


def target_exists(snapshot: Snapshot, actor: Actor, entity: Entity, target: str) -> bool:
    key, at, stage = target.partition("@")
    found = entity.by_key.get(key)
    if found is None or found.hidden:
        return False
    if at:
        return found.role == "stage" and (stage == "end" or stage in entity.stages)
    if key == "label":
        return can_split(entity.label)
    return key == "id" or (not found.system and may_edit(snapshot, actor, entity.key, key))


def raise_plan(problems: Sequence[Problem]) -> None:
    if problems:
        raise Problems(problems)


def guess_columns(
    snapshot: Snapshot, actor: Actor, entity: Entity, titles: Sequence[str], samples: Sequence[Sequence[str]]
) -> list[GuessedColumn]:
    """Each column with the field it most looks like; a field is given once, to the likest column."""
    names: dict[str, list[str]] = {}
    for one in entity.fields:
        if one.hidden or one.system or not may_edit(snapshot, actor, entity.key, one.key):
            continue
        known = [one.key.replace("_", " "), one.title.ru, one.title.en]
        known += SYNONYMS.get(one.key, ()) + SYNONYMS.get(one.role, ())
        if one.key == "title" or getattr(entity.label, "keys", None) == (
            one.key,
        ):  # «Товар» of a list of goods is what they are called
            known += [entity.key.replace("_", " "), entity.title.ru, entity.title.en, *SYNONYMS.get(entity.key, ())]
        names[one.key] = [fold(name) for name in known if name]
    scored = sorted(
        (
            (_likeness(fold(title.replace("_", " ")), known), bool(entity.by_key[key].targets), -number, key)
            for number, title in enumerate(titles)
            for key, known in names.items()
        ),
        reverse=True,
    )
    given: dict[int, str] = {}
    for score, _, minus, key in scored:  # of two as like, a link: «Компания» of a sale is whose it is, not its name
        if score >= LIKE and -minus not in given and key not in given.values():
            given[-minus] = key
    return [
        GuessedColumn(number, title, given.get(number, ""), tuple(samples[number]) if number < len(samples) else ())
        for number, title in enumerate(titles)
    ]


def _likeness(title: str, known: Sequence[str]) -> float:
    if title in known:
        return 1.0 if known and title == known[1:2] else 0.99
    return max((SequenceMatcher(None, title, one).ratio() for one in known), default=0.0)


class Nearest:
    """What is most like a value among labels; spaces, marks and case do not count: «GTXPro» is «GTX Pro»."""

    def __init__(self, labels: Mapping[str, Any], least: float = 0.75) -> None:
        self.labels = [(_bare(label), answer) for label, answer in labels.items()]
        self.least = least

    def to(self, value: str) -> Any | None:
        bare = _bare(value)
        best, found = self.least, None
        matcher = SequenceMatcher(None, "", bare)  # what it knows of the second text is kept between calls
        for other, answer in self.labels:
            if other == bare:
                return answer
            # The likeness cannot be above this whatever the letters are: most labels end here.
            if 2 * min(len(other), len(bare)) <= best * (len(other) + len(bare)):
                continue
            matcher.set_seq1(other)
            if matcher.quick_ratio() > best and (score := matcher.ratio()) > best:
                best, found = score, answer
        return found


def _bare(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())
