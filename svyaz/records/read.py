"""The one door for reading: lists, counts, totals, groups, one record, a stream — all under the same condition.

Whatever is asked is narrowed by the reader's right before it reaches the database; a page of 50 has 50
rows, and a total is the total of what the list shows.  Naming a field one may not read, in any place,
is refused like naming one that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal as OneOf

from svyaz.access.actor import Actor, Standing
from svyaz.access.apply import Carried, beyond_seeing, condition, far_of, read_entity
from svyaz.access.fields import readable
from svyaz.expression.check import formula
from svyaz.expression.ground import Ground
from svyaz.expression.tree import ALWAYS, TEXT, YES_NO, Call, Constant, Node, Path, both
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import raise_all
from svyaz.kernel.text import fold
from svyaz.records.accept import accept_values
from svyaz.records.conditions import NO_STATE, State, keys_of_state, state_of
from svyaz.records.denial import explain_no
from svyaz.records.draft import Draft
from svyaz.records.entry import open_entry
from svyaz.records.few import narrowed
from svyaz.records.problems import MeasureNotPossible, SortNotPossible, TooManyRecords, UnknownField
from svyaz.records.reader_scope import ReaderScope
from svyaz.schema.snapshot import Entity, Snapshot
from svyaz.storage import record_tables, run_query
from svyaz.storage.query import Count, Dimension, Keys, Measure, Order, Page, Query
from svyaz.storage.session import Session
from svyaz.storage.told_change import Told, Wanted, told_cells

MOST_ROWS = 1000
CAP = 1000


@dataclass(frozen=True, slots=True)
class ListRequest:
    """filter   a formula, "" for all;  sort: "-amount,title", "" the order of creation, newest first
    fields   paths to show ("title", "company.city"); () the columns of the first list view
    kept     living | deleted (the trash) | all
    """

    filter: str = ""
    sort: str = ""
    fields: tuple[str, ...] = ()
    limit: int = 50
    after: str | None = None
    offset: int = 0
    count: OneOf["none", "capped", "exact"] = "none"
    kept: OneOf["living", "deleted", "all"] = "living"


@dataclass(frozen=True, slots=True)
class RecordView:
    """values: cells by field key, only those the reader may read, the system's own among them.
    rights: change, delete, history -> bool, of this very record.
    form: which fields of the card its conditions hide, require and lock now."""

    id: int
    version: int
    label: str
    entity: str
    values: dict[str, Any]
    deleted_at: str | None = None
    rights: dict[str, bool] = field(default_factory=dict)
    form: State = field(default_factory=lambda: NO_STATE)


def ground_of(session: Session, actor: Actor) -> Ground:
    """As of a past moment, «now» and «today» are of that moment: what was overdue then, not what is today."""
    return Ground(actor.employee, session.past or session.now, session.snapshot.settings.zone, clock=session.now)


def verb_of(session: Session, verb: str) -> str:
    """To look at the past is to look into history, whatever is asked there."""
    return "history" if session.past is not None and verb == "see" else verb


def read_page(session: Session, actor: Actor, entity: str, request: ListRequest) -> Page:
    """Raises NotFound, UnknownField, problems of the formula, SortNotPossible, TooManyRecords."""
    return run_query.page(session, make_query(session, actor, entity, request), ground_of(session, actor))


def read_count(session: Session, actor: Actor, entity: str, request: ListRequest, cap: int | None = CAP) -> Count:
    return run_query.count(session, make_query(session, actor, entity, request), ground_of(session, actor), cap)


def read_ids(
    session: Session, actor: Actor, entity: str, request: ListRequest, verb: str = "see", among: Node | None = None
) -> list[int]:
    """Ids of all that the list shows page by page and that the actor may `verb`.  among: a further condition."""
    query = make_query(session, actor, entity, request, verb, most=None)
    return run_query.ids(session, replace(query, where=both(query.where, among)), ground_of(session, actor))


def check_bulk(
    session: Session, actor: Actor, entity: str, request: ListRequest, verb: str, values: Mapping[str, Any]
) -> None:
    """Raise whatever is wrong with a change of all that match, before a job is made of it."""
    make_query(session, actor, entity, request, verb, most=None)
    raise_all(accept_values(open_entry(session, actor, entity), values, "")[1])


def read_totals(
    session: Session, actor: Actor, entity: str, request: ListRequest, measures: Sequence[Measure]
) -> list[Any]:
    """One value for each measure, over all that the list would show page by page."""
    check_measures(session.snapshot, actor, entity, measures)
    query = make_query(session, actor, entity, request)
    return run_query.totals(session, query, measures, ground_of(session, actor))


def read_groups(
    session: Session, actor: Actor, entity: str, request: ListRequest, by: str, measures: Sequence[Measure], first: int
) -> list[run_query.Group]:
    """A board or a grouped list: the first rows, the count and the totals of every group.

    by   a path, for days with a grain: "close_on:month", whose groups are told by their first day
    """
    check_measures(session.snapshot, actor, entity, measures)
    path, _, grain = by.partition(":")
    keys = path_of(session.snapshot, actor, entity, path)
    query = make_query(session, actor, entity, request)
    return run_query.groups(session, query, Dimension(keys, grain), measures, first, ground_of(session, actor))


def columns_of(session: Session, actor: Actor, entity: str, request: ListRequest) -> tuple[str, ...]:
    """Names of the cells of a row of this list, as Page.columns has them."""
    return run_query.header(_columns(session.snapshot, actor, entity, request.fields))


def stream_rows(
    session: Session, actor: Actor, entity: str, request: ListRequest, paths: Sequence[Keys] = ()
) -> Iterator[list[Any]]:
    """Every row of the list for an export, cells only: asks the verb `export` besides `see`.

    paths   what to tell instead of request.fields
    """
    if paths:
        request = replace(request, fields=tuple(".".join(path) for path in paths))
    query = make_query(session, actor, entity, request, "export", most=None)
    return (row[2:] for row in run_query.stream(session, query, ground_of(session, actor)))


def check_request(session: Session, actor: Actor, entity: str, request: ListRequest) -> None:
    """Raise now whatever an export of this list would raise later, in the middle of the file."""
    make_query(session, actor, entity, request, "export", most=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows a report: the reader's right and the filter, and his rights on far entities."""

    where: Node | None
    far: dict[str, Node]


def ask(session: Session, actor: Actor, entity: str, *, filter: str, paths: Sequence[Keys]) -> Asked:
    """For a query of another shape than a list: a report.  Every path is checked to be readable to its end."""
    read_entity(session.snapshot, actor, entity)  # a path means nothing in an object that is not there for him
    for path in paths:
        path_of(session.snapshot, actor, entity, ".".join(path))
    query = make_query(session, actor, entity, ListRequest(filter=filter, fields=("id",)))
    return Asked(query.where, dict(query.far))


def read_record(session: Session, actor: Actor, entity: str, id: int) -> RecordView:
    """One record, living or in the trash.  Raises NotFound, or Denied with the reason for a colleague."""
    shape = read_entity(session.snapshot, actor, entity)
    view = _look(session, actor, entity)
    row = _find_row(session, actor, entity, id, view)
    if row is None:
        raise explain_no(session, actor, shape, id, "see")
    return _view_of(session, actor, shape, view, row)


def view_after_write(
    session: Session,
    actor: Actor,
    entity: str,
    id: int,
    blank: frozenset[str] = frozenset(),
    told: Told | None = None,
) -> RecordView:
    """The record one has just written; one handed over beyond one's sight is answered without its values.

    blank   fields of several values that it is known to have none of: they are not asked for
    told    as it was told while it was written; it still is so if nothing was written since
    """
    shape = read_entity(session.snapshot, actor, entity)
    view = _look(session, actor, entity, blank)
    if told is not None and told.written == session.written:
        row = told_cells(session, told)
    else:
        row = _find_row(session, actor, entity, id, view)
    return _view_of(session, actor, shape, view, row) if row else RecordView(id, 0, "", entity, {})


def wanted_after_write(session: Session, actor: Actor, entity: str, blank: frozenset[str]) -> Wanted:
    """What view_after_write will ask for."""
    view = _look(session, actor, entity, blank)
    return Wanted(view.columns, view.allowed, view.far, ground_of(session, actor))


def read_suggestions(session: Session, actor: Actor, entity: str, text: str, limit: int = 20) -> list[list[Any]]:
    """[[id, label], …] for the picker of a link: labels that begin with the text first, then those that contain it."""
    said = Constant(fold(text.strip()), TEXT)
    label = Path(("label",), TEXT)
    starts = Call("starts_with", (label, said), YES_NO) if said.value else None
    inside = both(Call("contains", (label, said), YES_NO), Call("not", (starts,), YES_NO)) if starts else None
    found: list[list[Any]] = []
    for where in (starts, inside) if starts else (None,):
        if len(found) < limit:
            query = Query(
                entity,
                (("label",),),
                where=both(condition(session.snapshot, actor, entity, "see"), where),
                order=(Order(("label",)),),
                limit=limit - len(found),
                far=far_of(session.snapshot, actor),
            )
            found += [[row[0], row[2]] for row in run_query.page(session, query, ground_of(session, actor)).rows]
    return found


def make_query(
    session: Session, actor: Actor, entity: str, request: ListRequest, verb: str = "see", most: int | None = MOST_ROWS
) -> Query:
    """The Query of a request under the actor's right of `verb`."""
    snapshot = session.snapshot
    if most is not None and not 1 <= request.limit <= most:
        raise TooManyRecords("limit", count=request.limit, limit=most)
    shape = QueryShape(entity, verb_of(session, verb), request.filter, request.sort, request.fields)
    prepared = _prepared(snapshot.digest, actor.standing, actor.language, shape, Carried(snapshot, actor))
    if session.past is not None and shape.verb != "history":  # an export of the past needs both rights
        allowed = condition(snapshot, actor, entity, "history")
        prepared = replace(prepared, where=both(prepared.where, allowed))
    where = narrowed(session, actor, entity, prepared.where, ground_of(session, actor))
    return replace(
        prepared, where=where, limit=request.limit, offset=request.offset, after=request.after, kept=request.kept
    )


@dataclass(frozen=True, slots=True)
class QueryShape:
    entity: str
    verb: str
    filter: str
    sort: str
    fields: tuple[str, ...]


@lru_cache(maxsize=4096)
def _prepared(digest: str, standing: Standing, language: str, asked: QueryShape, carried: Carried) -> Query:
    """Everything of a list that does not change from page to page: 2.5 ms of parsing and checking, once."""
    snapshot, actor = carried.hand_over()
    allowed = condition(snapshot, actor, asked.entity, asked.verb)
    scope = ReaderScope(snapshot, actor, asked.entity)
    filter: Node | None = formula(asked.filter, scope, YES_NO) if asked.filter.strip() else None
    return Query(
        asked.entity,
        columns=_columns(snapshot, actor, asked.entity, asked.fields),
        where=both(allowed, filter),
        order=_order(scope, asked.sort),
        far=far_of(snapshot, actor),
    )


def path_of(snapshot: Snapshot, actor: Actor, entity: str, text: str) -> Keys:
    """ "company.city" -> its keys, if the reader may read every one of them.  Raises UnknownField."""
    slot = ReaderScope(snapshot, actor, entity).slot(tuple(text.split(".")))
    if slot is None:
        raise UnknownField("fields", field=text)
    return slot.keys


def check_measures(snapshot: Snapshot, actor: Actor, entity: str, measures: Sequence[Measure]) -> None:
    scope = ReaderScope(snapshot, actor, entity)
    for measure in measures:
        if not measure.path:
            if measure.function not in ("count", "share"):
                raise MeasureNotPossible("totals", function=measure.function, field="")
            continue
        last = scope.last_field(measure.path)
        if last is None:
            raise UnknownField("totals", field=".".join(measure.path))
        allowed = ("count", "share", *TYPES[last.type].compare(last.options).aggregates)
        if measure.function not in allowed:
            raise MeasureNotPossible("totals", function=measure.function, field=last.title.say(actor.language))


def list_columns(snapshot: Snapshot, actor: Actor, shape: Entity) -> tuple[str, ...]:
    """What a list shows when nobody said: the columns of the first list view, else every readable field."""
    view = next((one for one in shape.views if one.kind == "list" and one.columns), None)
    scope = ReaderScope(snapshot, actor, shape.key)
    if view is not None:
        shown = tuple(text for text in view.columns if scope.slot(tuple(text.split("."))) is not None)
        if shown:
            return shown
    return tuple(one.key for one in readable(snapshot, actor, shape.key) if not one.system) or ("label",)


def _columns(snapshot: Snapshot, actor: Actor, entity: str, fields: tuple[str, ...]) -> tuple[Keys, ...]:
    chosen = fields or list_columns(snapshot, actor, snapshot.entities[entity])
    return tuple(path_of(snapshot, actor, entity, text) for text in chosen)


def _order(scope: ReaderScope, sort: str) -> tuple[Order, ...]:
    orders = []
    for part in (one.strip() for one in sort.split(",")):
        if not part:
            continue
        text = part.lstrip("-")
        slot = scope.slot(tuple(text.split(".")))
        last = scope.last_field(slot.keys) if slot else None
        if slot is None or last is None:
            raise UnknownField("sort", field=text)
        if TYPES[last.type].compare(last.options).sort is None:
            raise SortNotPossible("sort", field=last.title.say(scope.actor.language))
        orders.append(Order(slot.keys, descending=part.startswith("-")))
    return tuple(orders) or (Order(("id",), descending=True),)


@dataclass(frozen=True, slots=True)
class ViewShape:
    """What a card of an entity shows a reader, and by which condition; the same for all who stand alike.

    columns  of those keys that are not known to be blank
    rights   verb -> what a record that is seen must satisfy besides: ALWAYS: nothing; None: it is not granted
    """

    keys: tuple[str, ...]
    blank: frozenset[str]
    columns: tuple[Keys, ...]
    allowed: Node | None
    far: Mapping[str, Node]
    rights: Mapping[str, Node | None]


@lru_cache(maxsize=4096)
def _view_shape(
    digest: str,
    standing: Standing,
    entity: str,
    verb: str,
    blank: frozenset[str],
    carried: Carried,
) -> ViewShape:
    snapshot, actor = carried.hand_over()
    keys = tuple(one.key for one in readable(snapshot, actor, entity))
    return ViewShape(
        keys=keys,
        blank=blank,
        columns=(("label",), ("deleted_at",), *((key,) for key in keys if key not in blank)),
        allowed=condition(snapshot, actor, entity, verb),
        far=far_of(snapshot, actor),
        rights={one: beyond_seeing(snapshot, actor, entity, one) for one in ("change", "delete", "history")},
    )


def _look(session: Session, actor: Actor, entity: str, blank: frozenset[str] = frozenset()) -> ViewShape:
    snapshot = session.snapshot
    verb = verb_of(session, "see")
    return _view_shape(snapshot.digest, actor.standing, entity, verb, blank, Carried(snapshot, actor))


def _find_row(session: Session, actor: Actor, entity: str, id: int, view: ViewShape) -> list[Any] | None:
    """Living or in the trash."""
    return run_query.one(session, entity, id, view.columns, view.allowed, view.far, ground_of(session, actor))


def _view_of(session: Session, actor: Actor, shape: Entity, view: ViewShape, row: list[Any]) -> RecordView:
    told = iter(row[4:])
    values = {key: [] if key in view.blank else next(told) for key in view.keys}
    if session.past is not None:  # what is seen there is seen by the right to look into history
        rights = {"change": False, "delete": False, "history": True}
    else:
        asked = view.rights.items()
        rights = {verb: node is not None and _holds(session, actor, shape, row, node, view) for verb, node in asked}
    state = _state(session, actor, shape, row[0])
    return RecordView(row[0], row[1], row[2], shape.key, values, row[3], rights, state)


def _state(session: Session, actor: Actor, shape: Entity, id: int) -> State:
    """Of the past nothing is told: what is seen there is only looked at."""
    if not shape.form.depends or session.past is not None:
        return NO_STATE
    entry = open_entry(session, actor, shape.key)
    stored = record_tables.fetch(session, shape.key, [id], keys_of_state(entry))[id]
    return state_of(entry, Draft("", {}, dict(stored.values), stored, id=id, label=stored.label))


def _holds(session: Session, actor: Actor, shape: Entity, row: list[Any], node: Node, view: ViewShape) -> bool:
    """Of a record in the trash only those may do something who may with any."""
    if row[3] is not None:
        return node == ALWAYS and view.allowed is None
    if node == ALWAYS:
        return True
    return run_query.exists(session, shape.key, row[0], node, view.far, ground_of(session, actor))
