"""Random roles, rules and records, and what they allow, told by a reading of the rules that knows no SQL."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from svyaz.access.actor import Actor
from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO, Node
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import SCOPES, STAGE_RIGHTS, VERBS, Grant, Role, Title
from svyaz.storage import accounts, blobs, shares
from tests.cast import Cast, Person

READERS = ("Ольга", "Пётр", "Анна", "Игорь")
# Who a scope of department reaches; Игорь is the head of «Продажи», where Ольга and Пётр are.
REACH = {
    "Ольга": {"Ольга", "Пётр", "Игорь"},
    "Пётр": {"Ольга", "Пётр", "Игорь"},
    "Игорь": {"Ольга", "Пётр", "Игорь"},
    "Анна": {"Анна"},
}
CITIES = ("Казань", "Уфа", None)
STAGES = ("new", "qualified", "needs")
HIDEABLE = ("amount", "priority", "description", "external_number", "source")
LETTERS = "бвгджзклмнпрст"


@dataclass(slots=True)
class Deal:
    """A record as it is, for Python to judge.  client: an id of a counterparty or None."""

    id: int
    title: str
    amount: int | None
    priority: str | None
    stage: str
    client: int | None
    responsible: str
    author: str
    auditors: tuple[str, ...]
    word: str
    deleted: bool = False


@dataclass(slots=True)
class World:
    """deals and clients by id; client: (owner, city).  photos: person -> file id.  shared: deals opened
    to the reader of the moment one by one -> whether to change."""

    deals: dict[int, Deal] = field(default_factory=dict)
    clients: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    photos: dict[str, int] = field(default_factory=dict)
    shared: dict[int, bool] = field(default_factory=dict)


Holds = Callable[["Reader", Deal], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    text: str
    holds: Holds


@dataclass(slots=True)
class Said:
    """One role: entity -> scope by verb; a rule over deals, hidden fields of deals, a rule over clients;
    of deals also rules of single verbs and rights of stages."""

    deal: dict[str, str] | None
    rule: Rule | None
    hidden: tuple[str, ...]
    client: str | None
    client_in: str | None  # «only clients of this city»
    people: str | None
    photo_hidden: bool
    rules: dict[str, Rule]
    stages: dict[str, str]

    def lets(self, reader: Reader, verb: str, deal: Deal) -> bool:
        """Whether neither a rule nor the stage takes away what the scope gives."""
        rules = [one for one in (self.rule, self.rules.get(verb)) if one is not None]
        left = STAGE_RIGHTS[self.stages.get(deal.stage, "")]
        asked = {"see": "see", "change": "change", "delete": "change"}.get(verb)
        return all(rule.holds(reader, deal) for rule in rules) and (asked is None or asked in left)


@dataclass(slots=True)
class Reader:
    """name, and what his roles say; answers who may what."""

    name: str
    world: World
    roles: list[Said]

    def sees_client(self, id: int | None) -> bool:
        if id is None:
            return False
        owner, city = self.world.clients[id]
        return any(
            role.client is not None
            and self._within(role.client, owner, ())
            and (role.client_in is None or city == role.client_in)
            for role in self.roles
        )

    def sees_person(self, name: str) -> bool:
        return any(role.people is not None and self._within(role.people, name, ()) for role in self.roles)

    def opens_photo(self, name: str) -> bool:
        shown = any(role.people is not None and not role.photo_hidden for role in self.roles)
        return shown and self.sees_person(name)

    def may(self, verb: str, deal: Deal) -> bool:
        """What may be changed, exported, looked into must be seen first."""
        return (verb == "see" or self.may("see", deal)) and (self._by_a_role(verb, deal) or self._shared(verb, deal))

    def _shared(self, verb: str, deal: Deal) -> bool:
        """One record more for a verb that his roles give on some."""
        opened = verb in ("see", "export", "history") or (verb == "change" and self.world.shared.get(deal.id, False))
        return opened and deal.id in self.world.shared and self.is_granted(verb)

    def _by_a_role(self, verb: str, deal: Deal) -> bool:
        return any(
            role.deal is not None
            and verb in role.deal
            and self._within(role.deal[verb], deal.responsible, deal.auditors)
            and role.lets(self, verb, deal)
            for role in self.roles
        )

    def enters(self, stage: str) -> bool:
        """Whether a deal that may be changed may be moved there."""
        changing = [role for role in self.roles if role.deal is not None and "change" in role.deal]
        return any("enter" in STAGE_RIGHTS[role.stages.get(stage, "")] for role in changing)

    def is_granted(self, verb: str) -> bool:
        """On some record or other."""
        return any(role.deal is not None and verb in role.deal for role in self.roles)

    def reads(self, field: str) -> bool:
        return any(role.deal is not None and field not in role.hidden for role in self.roles)

    def allowed(self, verb: str = "see", deleted: bool = False) -> set[int]:
        return {id for id, deal in self.world.deals.items() if deal.deleted is deleted and self.may(verb, deal)}

    def _within(self, scope: str, owner: str, others: tuple[str, ...]) -> bool:
        if scope == "all":
            return True
        if scope == "own":
            return owner == self.name
        if scope == "taking_part":
            return owner == self.name or self.name in others
        if scope == "subordinates" and self.name != "Игорь":
            return owner == self.name
        return owner in REACH[self.name]


ATOMS = (
    Rule("amount > 100", lambda _, deal: deal.amount is not None and deal.amount > 100),
    Rule("amount = empty", lambda _, deal: deal.amount is None),
    Rule("stage = 'new'", lambda _, deal: deal.stage == "new"),
    Rule("priority <> 'high'", lambda _, deal: deal.priority != "high"),
    Rule("created_by = me()", lambda reader, deal: deal.author == reader.name),
    Rule("auditors = me()", lambda reader, deal: reader.name in deal.auditors),
    Rule("contains(title, 'а')", lambda _, deal: "а" in deal.title.lower()),
    Rule(
        "counterparty.city = 'Казань'",
        lambda reader, deal: reader.sees_client(deal.client) and _city(reader, deal) == "Казань",
    ),
    Rule(
        "counterparty.city = empty",
        lambda reader, deal: not reader.sees_client(deal.client) or _city(reader, deal) is None,
    ),
    Rule(
        "responsible.surname = 'Волкова'",
        lambda reader, deal: reader.sees_person(deal.responsible) and deal.responsible == "Анна",
    ),
)


def _city(reader: Reader, deal: Deal) -> str | None:
    return reader.world.clients[deal.client][1] if deal.client is not None else None


class Chance(random.Random):
    def word(self) -> str:
        """Of consonants only: no part of any other text."""
        return "".join(self.choices(LETTERS, k=9))

    def rule(self, deep: int = 2) -> Rule:
        if deep == 0 or self.random() < 0.4:
            return self.choice(ATOMS)
        one, other = self.rule(deep - 1), self.rule(deep - 1)
        match self.choice(("and", "or", "not")):
            case "and":
                return Rule(f"({one.text} and {other.text})", lambda r, d: one.holds(r, d) and other.holds(r, d))
            case "or":
                return Rule(f"({one.text} or {other.text})", lambda r, d: one.holds(r, d) or other.holds(r, d))
        return Rule(f"not ({one.text})", lambda r, d: not one.holds(r, d))

    def scope(self) -> str:
        return self.choice(SCOPES)

    def said(self) -> Said:
        verbs: dict[str, str] | None = None
        if self.random() < 0.9:
            verbs = {"see": self.scope(), **{verb: self.scope() for verb in VERBS if self.random() < 0.5}}
        return Said(
            verbs,
            self.rule() if self.random() < 0.6 else None,
            tuple(one for one in HIDEABLE if self.random() < 0.3),
            self.scope() if self.random() < 0.7 else None,
            self.choice(("Казань", "Уфа")) if self.random() < 0.3 else None,
            self.scope() if self.random() < 0.7 else None,
            self.random() < 0.3,
            {verb: self.rule(1) for verb in VERBS if self.random() < 0.2},
            {stage: self.choice(("hidden", "read", "enter", "keep")) for stage in STAGES if self.random() < 0.25},
        )


def share(cast: Cast, reader: Reader, chance: Chance) -> None:
    """Some deals are opened to the reader, to his department or to a group he is in; some openings are not for him,
    or have ended.  What was opened before is closed."""
    world, company = reader.world, cast.company
    world.shared.clear()
    number, me = cast.snapshot.entities["deal"].number, cast.people[reader.name]
    with company.write() as session:
        session.run("DELETE FROM sv_share")
        mine = [("employee", me), ("department", cast.departments["Опт" if reader.name == "Анна" else "Продажи"])]
        other = ("employee", cast.people["Мария Сергеевна"])
        for id in chance.sample(sorted(world.deals), chance.choice((0, 1, 5))):
            (kind, whom), edit = chance.choice((*mine, other)), chance.random() < 0.5
            ended = chance.random() < 0.3
            until = session.now if ended else chance.choice((None, session.now + timedelta(days=1)))
            shares.put(session, number, id, kind, whom, edit, until, None)
            if not ended and (kind, whom) != other:
                world.shared[id] = edit
        accounts.bump_org_revision(session)


def fill(cast: Cast, chance: Chance, count: int = 24) -> World:
    """Deals of four people, some in the trash; each has a word of its own in its description."""
    world = World()
    for at in range(6):
        owner, city = chance.choice(READERS), chance.choice(CITIES)
        made = cast.system.create("counterparty", title=f"Клиент {at}", city=city, responsible=cast.people[owner])
        world.clients[made.id] = (owner, city)
    for _ in range(count):
        owner, author = chance.choice(READERS), chance.choice(READERS)
        auditors = tuple(sorted(chance.sample(READERS, chance.choice((0, 0, 1, 2)))))
        deal = Deal(
            0,
            chance.choice(("Насосы", "Трубы", "Котёл", "Лампа")),
            chance.choice((None, 0, 100, 101, 5_000)),
            chance.choice((None, "low", "high")),
            "new",
            chance.choice((None, *world.clients)),
            owner,
            author,
            auditors,
            chance.word(),
        )
        deal.id = _create(cast, deal)
        world.deals[deal.id] = deal
    for deal in chance.sample(list(world.deals.values()), count // 2):
        deal.stage = chance.choice(STAGES)
        cast.system.change("deal", deal.id, stage=deal.stage)
    for deal in chance.sample(list(world.deals.values()), count // 5):
        deal.deleted = True
        cast.system.delete("deal", deal.id)
    for name in READERS:
        world.photos[name] = _photo(cast, name)
    return world


def _create(cast: Cast, deal: Deal) -> int:
    return (
        _author(cast, deal.author)
        .create(
            "deal",
            title=deal.title,
            amount=None if deal.amount is None else str(deal.amount),
            priority=deal.priority,
            counterparty=deal.client,
            responsible=cast.people[deal.responsible],
            auditors=[cast.people[one] for one in deal.auditors],
            description=f"Дословно {deal.word}",
        )
        .id
    )


def _author(cast: Cast, name: str) -> Person:
    """A person who may do everything while the world is made."""
    if "everything" not in cast.snapshot.roles:
        grants = {key: Grant(key, dict.fromkeys(VERBS, "all")) for key in ("deal", "counterparty", "employee")}
        cast.reshape(roles={**cast.snapshot.roles, "everything": Role("everything", Title("everything"), grants)})
    return Person(cast, Actor(employee=cast.people[name], roles=("everything",)))


def _photo(cast: Cast, name: str) -> int:
    kept = blobs.keep(cast.company.blobs, "я.png", [f"лицо {name}".encode()], 1_000)
    with cast.company.write() as session:
        file = blobs.name_file(session, kept, "я.png", "image/png", None).id
    cast.system.change("employee", cast.people[name], photo=[file])
    return file


def give_roles(cast: Cast, name: str, world: World, chance: Chance) -> Reader:
    """One to three new roles for a person, and only they: given each, or as one that inherits from the others."""
    reader = Reader(name, world, [chance.said() for _ in range(chance.choice((1, 1, 2, 3)))])
    keys = [f"r{chance.getrandbits(40)}" for _ in reader.roles]
    inherits = chance.random() < 0.5
    made = {}
    for at, (key, said) in enumerate(zip(keys, reader.roles, strict=True)):
        line = tuple(keys[at:]) if inherits else (key,)
        made[key] = Role(key, Title(key), _grants(cast, said), parent="".join(line[1:2]), lineage=line)
    cast.reshape(roles={**cast.snapshot.roles, **made})
    with cast.company.write() as session:
        accounts.set_roles(session, cast.people[name], tuple(keys[:1] if inherits else keys))
    return reader


def _grants(cast: Cast, said: Said) -> dict[str, Grant]:
    grants = {}
    if said.deal is not None:
        rule = _formula(cast, "deal", said.rule.text) if said.rule else None
        rules = {verb: _formula(cast, "deal", one.text) for verb, one in said.rules.items()}
        grants["deal"] = Grant("deal", said.deal, rule, dict.fromkeys(said.hidden, "hidden"), rules, said.stages)
    if said.client is not None:
        rule = _formula(cast, "counterparty", f"city = '{said.client_in}'") if said.client_in else None
        grants["counterparty"] = Grant("counterparty", {"see": said.client}, rule)
    if said.people is not None:
        fields = {"photo": "hidden"} if said.photo_hidden else {}
        grants["employee"] = Grant("employee", {"see": said.people}, None, fields)
    return grants


def _formula(cast: Cast, entity: str, text: str) -> Node:
    return formula(text, EntityScope(cast.snapshot.entities, entity), YES_NO)
