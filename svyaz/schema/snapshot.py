"""What a company's configuration becomes: one frozen Snapshot with a revision.

A request holds one snapshot from start to end.  Nothing mutates it; whoever caches, caches by
(company, revision) or by `digest`, which is equal for equal configurations.

The way here: source.py (TOML as written) -> resolve.py (checked, references bound) -> this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from svyaz.expression.tree import Node
from svyaz.fields.computed import shown_as


@dataclass(frozen=True, slots=True)
class Title:
    """Words people see.  `forms` are grammatical forms that texts need: plural, accusative, genitive."""

    ru: str
    en: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)

    def say(self, language: str) -> str:
        return self.en if language == "en" and self.en else self.ru


@dataclass(frozen=True, slots=True)
class Computation:
    """How the value of a field nobody fills comes to be.

    node      the formula, or the path of a look-up; of a roll-up what is taken of each child, None: the child itself
    function  of a roll-up: count, sum, min, max, avg, median, first, last; "" for the others
    entity    whose children; they point here by their field `by`
    where     which of the children count, None: all
    order     path over the child that first and last go by, () the order of creation
    volatile  depends on today or now, itself or through another field: computed at reading, never kept
    """

    node: Node | None = None
    function: str = ""
    entity: str = ""
    by: str = ""
    where: Node | None = None
    order: tuple[str, ...] = ()
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    number   never reused; the change log speaks in numbers.  System fields have negative numbers
             (id -1, label -2, created_at -3, created_by -4, changed_at -5, changed_by -6) and are never logged
    key      what formulas, the API and files say
    column   the physical name of its first column (names.py made it); a retyped field has `<key>__2`
    type     name in fields.registry;  options: complete, as its type resolved them
    role     what a trait calls it (responsible, deadline, stage, amount, lines…), or ""
    default  a typed formula without fields, evaluated at creation; None: empty
    check    a typed formula that must be true, with `check_title` as its message
    system   kept by the engine and read-only: id, label, created_at…
    hidden   removed from sight, its data kept (rule 4)
    computed how its value comes to be when nobody fills it; None for fields people fill
    """

    number: int
    key: str
    column: str
    title: Title
    type: str
    options: Mapping[str, Any]
    required: bool = False
    unique: bool = False
    indexed: bool = False
    role: str = ""
    default: Node | None = None
    check: Node | None = None
    check_title: Title | None = None
    hint: Title | None = None
    system: bool = False
    hidden: bool = False
    computed: Computation | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Entities a link may point to, a computed one too; () for other types and for a link to any object."""
        return tuple(shown_as(self.type, self.options)[1].get("to", ()))


@dataclass(frozen=True, slots=True)
class Stage:
    """ends: "won", "lost" or "" while the record is in work.  requires: field keys asked on entering.
    next: stages a person may go on to from here; (): any."""

    key: str
    title: Title
    hue: int
    probability_percent: int | None = None
    ends: str = ""
    requires: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    key: str
    title: Title
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A shared view.  kind: of view_kinds.KINDS, options: what that kind asks besides.  filter: formula text;
    sort: ("-amount", "title"); group: field key (board columns, what a chart counts by, there with a grain of
    days: "close_on:month"); columns: paths as text, "company.city"."""

    key: str
    title: Title
    kind: str
    columns: tuple[str, ...] = ()
    filter: str = ""
    sort: tuple[str, ...] = ()
    group: str = ""
    total: str = ""
    pipeline: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Button:
    """key: unique on the card.  do: of card_blocks.ACTS.

    values      of "set": field key -> typed formula over the record's own fields: what is written when it is pressed
    entity, by  of "create" and "open": related records, which point here by their link field `by`
    filter      of "open": formula text, which of them
    address     of "go": a path inside the company's own site, "/-/reports"
    """

    key: str
    title: Title
    do: str
    values: Mapping[str, Node] = field(default_factory=dict)
    entity: str = ""
    by: str = ""
    filter: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class CardBlock:
    """What stands on a card besides fields.  kind: of card_blocks.KINDS.

    text        of "text": words with simple marks, never HTML
    buttons     of "buttons"
    entity, by, filter   of "figure" and "chart": which related records are looked at, as in a set of details
    function, value      what is made of them: "count" alone, or sum, avg, min, max of the field `value`
    group, look          of "chart": as of a view of that kind
    """

    kind: str
    text: Title | None = None
    buttons: tuple[Button, ...] = ()
    entity: str = ""
    by: str = ""
    filter: str = ""
    function: str = ""
    value: str = ""
    group: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """columns: 1 to 4, of fields side by side;  wide: those of the fields that take the whole width.
    block: what stands here in place of fields."""

    title: Title
    fields: tuple[str, ...]
    columns: int = 1
    wide: tuple[str, ...] = ()
    block: CardBlock | None = None


@dataclass(frozen=True, slots=True)
class DetailSet:
    """Related records on a card: child records whose link field `by` points here; columns to show.
    sort: as of a view;  filter: formula text over the child, which of them."""

    entity: str
    by: str
    title: Title
    columns: tuple[str, ...]
    sort: tuple[str, ...] = ()
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    title: Title
    sections: tuple[Section, ...] = ()
    details: tuple[DetailSet, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a field of a card depends on, as typed formulas over the record; None: it does not.

    visible    it is seen while true;  read_only: it may not be changed while true
    required   it must be filled while true: `visible` is within it, for nobody fills in what he does not see
    """

    visible: Node | None = None
    required: Node | None = None
    read_only: Node | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """Another look of the same card; what it leaves out is not seen there and stays open by every other way.

    roles          whose it is: anybody's with one of them, () everybody's
    by, values     the value of the field `by` that it is for: keys of options or stages, "yes" or "no"; "" for any
    phone          for narrow screens only
    """

    key: str
    title: Title
    tabs: tuple[Tab, ...]
    roles: tuple[str, ...] = ()
    by: str = ""
    values: tuple[str, ...] = ()
    phone: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """The card.  quick: field keys of the short form for adding;  conditions: by field key, whatever the variant.
    pressed_if: by key of a button, a typed formula over the record: it is there and may be pressed while it is true.
    variants: the first that fits is shown, on a narrow screen those for a phone first; `tabs` when none does."""

    tabs: tuple[Tab, ...]
    quick: tuple[str, ...] = ()
    conditions: Mapping[str, Conditions] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    pressed_if: Mapping[str, Node] = field(default_factory=dict)

    @property
    def depends(self) -> bool:
        """Whether anything of the card is seen, asked or locked by what the record is."""
        return bool(self.conditions or self.pressed_if)

    @property
    def all_tabs(self) -> tuple[Tab, ...]:
        return (*self.tabs, *(tab for one in self.variants for tab in one.tabs))

    @property
    def buttons(self) -> Mapping[str, Button]:
        parts = (part for tab in self.all_tabs for part in tab.sections if part.block)
        return {one.key: one for part in parts if part.block for one in part.block.buttons}


@dataclass(frozen=True, slots=True)
class Entity:
    """An object of the constructor.  kind: "record", "dictionary" or "line" (rows that live inside a card).

    label        typed formula over the record's own fields that names it; stored in sv_label
    traits       trait key -> its resolved options
    duplicates   keys of fields whose equal values warn of a double
    parents      for kind "line": key of the link field to the card it lives in
    origin       "org" (beneath every solution) or the solution's key
    hidden       removed from sight; its table, its links and its history stay
    module       what it is part of, and is switched off with; "" when of nothing
    """

    number: int
    key: str
    title: Title
    kind: str
    icon: str
    hue: int
    label: Node
    fields: tuple[Field, ...]
    traits: Mapping[str, Mapping[str, Any]]
    pipelines: tuple[Pipeline, ...] = ()
    views: tuple[View, ...] = ()
    form: Form = field(default_factory=lambda: Form(()))
    duplicates: tuple[str, ...] = ()
    parent: str = ""
    origin: str = ""
    hidden: bool = False
    module: str = ""
    by_key: Mapping[str, Field] = field(default_factory=dict, compare=False, repr=False)
    by_number: Mapping[int, Field] = field(default_factory=dict, compare=False, repr=False)

    def by_role(self, role: str) -> Field | None:
        return next((one for one in self.fields if one.role == role), None)

    @property
    def stages(self) -> Mapping[str, Stage]:
        return {stage.key: stage for pipeline in self.pipelines for stage in pipeline.stages}


VERBS = ("see", "add", "change", "delete", "export", "history", "bulk", "share")
SCOPES = ("own", "taking_part", "department", "department_below", "subordinates", "all")


# Of a record on a stage: whether it may be seen, entered (moved or added there), and changed while it stands there.
STAGE_RIGHTS: Mapping[str, frozenset[str]] = {
    "hidden": frozenset(),
    "read": frozenset({"see"}),
    "enter": frozenset({"see", "enter"}),
    "keep": frozenset({"see", "change"}),
    "": frozenset({"see", "enter", "change"}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a role may do with one entity.

    verbs    verb -> scope; a verb not named is not granted
    rule     typed formula over the record that must also hold, or None
    rules    verb -> a formula that must hold besides for this verb alone
    stages   stage key -> what is left of the rights where the record stands on it, see STAGE_RIGHTS; not named: all
    fields   field key -> "hidden" | "read"; fields not named may be edited where the record may be changed

    Rows of a card (kind "line") have the rights of the card: their grant holds `fields` alone.
    """

    entity: str
    verbs: Mapping[str, str]
    rule: Node | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Node] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the home page.  kind: of home.KINDS, which says what each of them asks;  width: columns, 1 to 3.

    view     a shared view of the entity: its columns, filter and order stand where none are told here
    measure  "count" or "sum:amount";  group: as of a chart;  date, period: of a figure, "" for all time
    text     by language: lines with [links](https://…);  entities: of buttons for quick adding
    """

    key: str
    kind: str
    title: Title
    width: int = 1
    entity: str = ""
    view: str = ""
    filter: str = ""
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    limit: int = 0
    measure: str = ""
    group: str = ""
    look: str = ""
    date: str = ""
    period: str = ""
    text: Mapping[str, str] = field(default_factory=dict)
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """The home page: blocks in their order, in a grid of one to three columns."""

    columns: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """abilities: "configure", "bulk", "import", "people", "views" — rights that are not about one entity; those of
    the roles it inherits from are among them.  grants: its own alone.
    home: the home page of whoever has the role, None: that of the company.
    parent: the role it adds to, "" for none;  lineage: itself, its parent, the parent of that…; () for itself alone."""

    key: str
    title: Title
    grants: Mapping[str, Grant]
    abilities: frozenset[str] = frozenset()
    home: Home | None = None
    parent: str = ""
    lineage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuItem:
    entity: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the company settled once: it is part of the configuration because compiled queries depend on it."""

    title: str = "Компания"
    currency: str = "RUB"
    zone: str = "Europe/Moscow"
    region: str = "RU"
    language: str = "ru"
    first_weekday: int = 1
    modules_off: tuple[str, ...] = ()
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    revision: int
    digest: str
    settings: Settings
    entities: Mapping[str, Entity]
    roles: Mapping[str, Role]
    menu: tuple[MenuItem, ...]
    by_number: Mapping[int, Entity] = field(default_factory=dict, compare=False, repr=False)
    home: Home | None = None
    children: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, compare=False, repr=False)
    """entity -> ((child entity, its link field), …): who points here"""

    def with_ancestors(self, roles: Iterable[str]) -> tuple[str, ...]:
        """The roles, each followed by those it inherits from; once each, in that order.  A role that is no more stays."""
        found: dict[str, None] = {}
        for key in roles:
            known = self.roles.get(key)
            found.update(dict.fromkeys((known.lineage if known else ()) or (key,)))
        return tuple(found)

    def granted_by(self, role: str, entity: str) -> tuple[Grant, ...]:
        """What the role gives with the entity: its own grant, then those of the roles it inherits from."""
        line = (self.roles[key] for key in self.with_ancestors((role,)) if key in self.roles)
        return tuple(one.grants[entity] for one in line if entity in one.grants)


@dataclass(frozen=True, slots=True)
class TraitShape:
    """What a trait brings to an entity, as data; traits/*.py define them, app.py gives the list to resolve.

    fields   source tables, as in TOML ({"key", "title", "type", …, "role"}), added unless the entity
             already has a field of that role or key; then the entity's own settings win one by one
    options  name -> default of the trait's own options
    """

    key: str
    title: Title
    fields: tuple[Mapping[str, Any], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
