"""Views that people keep: a person's own, and shared ones kept by those with the right.

A view is checked like any question of its keeper: what he may not read he may not name.  A reader of a shared
view may see less: what is hidden from him is left out, and a filter or a rule of colour that speaks of it is
taken away whole and told as a problem, for half a condition would show other records than it was made for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal as OneOf

import msgspec

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.access.apply import condition, read_entity
from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO
from svyaz.kernel.problem import NotFound, Problem, raise_all
from svyaz.kernel.text import clean
from svyaz.records.problems import TooManyRecords, UnknownField
from svyaz.records.read import ListRequest, make_query
from svyaz.records.reader_scope import ReaderScope
from svyaz.schema.problems import SettingNotAllowed
from svyaz.schema.snapshot import Entity
from svyaz.schema.view_kinds import KINDS, fits
from svyaz.storage import preference, saved_views
from svyaz.storage.saved_views import Kept
from svyaz.storage.session import Session

SHARE = "views"
MOST_VIEWS, MOST_COLUMNS, MOST_RULES, LONGEST_TITLE = 200, 300, 10, 100
KEPT_DELETED = timedelta(days=30)


class ViewTitleEmpty(Problem):
    code = "view_title_empty"


class ViewChangedMeanwhile(Problem):
    code = "view_changed_meanwhile"  # facts: view
    status = 409


class Colour(msgspec.Struct, forbid_unknown_fields=True):
    """Rows for which `rule` holds get the hue; with `field` only that column does.  asked: how it was put together."""

    hue: int
    rule: str
    field: str = ""
    asked: Any = None


class ViewBody(msgspec.Struct, forbid_unknown_fields=True):
    """filter is the condition that is applied; asked, how a person put it together, is kept untouched.
    more: what its kind asks besides (schema.view_kinds), "date" of a calendar; and what a kind keeps for itself."""

    kind: str = "list"
    columns: list[str] = []
    widths: dict[str, int] = {}
    filter: str = ""
    asked: Any = None
    sort: list[str] = []
    group: str = ""
    totals: dict[str, str] = {}
    total: str = ""
    pipeline: str = ""
    colours: list[Colour] = []
    height: OneOf["compact", "normal", "tall"] = "normal"
    pinned: int = 1
    more: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class ViewTold:
    """As one reader sees it.  problems: why a part of it does not work for him."""

    kept: Kept
    body: dict[str, Any]
    problems: tuple[Problem, ...]
    may_change: bool


def list_views(session: Session, actor: Actor, entity: str) -> list[ViewTold]:
    """Shared with the actor, then his own.  Raises NotFound when he may not see the entity."""
    shape = read_entity(session.snapshot, actor, entity)
    condition(session.snapshot, actor, entity, "see")
    kept = saved_views.of_entity(session, shape.number, actor.employee or 0)
    return [_told(session, actor, shape, one) for one in kept if _for(actor, one)]


def add_view(
    session: Session, actor: Actor, entity: str, title: str, body: ViewBody, *, shared: bool, roles: Sequence[str]
) -> ViewTold:
    """Raises what is wrong with the view, DeniedAbility for a shared one, TooManyRecords."""
    shape = read_entity(session.snapshot, actor, entity)
    condition(session.snapshot, actor, entity, "see")
    if shared:
        require_ability(session.snapshot, actor, SHARE)
    if len(saved_views.of_entity(session, shape.number, actor.employee or 0)) >= MOST_VIEWS:
        raise TooManyRecords("views", count=MOST_VIEWS + 1, limit=MOST_VIEWS)
    _check(session, actor, entity, body)
    owner = None if shared else (actor.employee or 0)
    told_to = _roles(session, roles) if shared else ()
    saved_views.forget_deleted(session, session.now - KEPT_DELETED)
    id = saved_views.add(
        session, shape.number, owner, _title(title), told_to, msgspec.to_builtins(body), actor.employee
    )
    return _told(session, actor, shape, _find(session, actor, shape, id))


def change_view(
    session: Session,
    actor: Actor,
    entity: str,
    id: int,
    *,
    version: int | None = None,
    title: str | None = None,
    body: ViewBody | None = None,
    shared: bool | None = None,
    roles: Sequence[str] | None = None,
    deleted: bool | None = None,
) -> ViewTold:
    """What is None stays.  version: what the changer looked at.  deleted False brings a deleted view back."""
    shape = read_entity(session.snapshot, actor, entity)
    kept = _find(session, actor, shape, id, deleted=deleted is not None)
    if kept.owner is None or shared:
        require_ability(session.snapshot, actor, SHARE)
    if version is not None and version != kept.version:
        raise ViewChangedMeanwhile(view=kept.title)
    if body is not None:
        _check(session, actor, entity, body)
    owner = kept.owner if shared is None else None if shared else (actor.employee or 0)
    changed = replace(
        kept,
        owner=owner,
        title=kept.title if title is None else _title(title),
        roles=() if owner is not None else kept.roles if roles is None else _roles(session, roles),
        body=kept.body if body is None else msgspec.to_builtins(body),
        deleted_at=kept.deleted_at if deleted is None else session.now if deleted else None,
    )
    if not saved_views.put(session, changed, actor.employee):
        raise ViewChangedMeanwhile(view=kept.title)
    return _told(session, actor, shape, replace(changed, version=kept.version + 1))


def default_view(session: Session, actor: Actor, entity: str) -> str:
    """The key of the view that opens first: one's own choice, else that of the first of one's roles; "" for none."""
    own = preference.read(session, actor.employee or 0, _default_key(entity))
    if isinstance(own, str):
        return own
    chosen = (preference.read(session, 0, _default_key(entity, role)) for role in actor.roles)
    return next((one for one in chosen if isinstance(one, str)), "")


def role_defaults(session: Session, entity: str) -> dict[str, str]:
    """Role -> the key of the view that opens first for it, for whoever may share views."""
    chosen = ((role, preference.read(session, 0, _default_key(entity, role))) for role in session.snapshot.roles)
    return {role: view for role, view in chosen if isinstance(view, str)}


def choose_default(session: Session, actor: Actor, entity: str, view: str, role: str = "") -> None:
    """view: the key of a view of the configuration, "v<id>" of a kept one, "" to forget the choice.
    role: for everybody with it, which asks the ability; else for the actor alone."""
    shape = read_entity(session.snapshot, actor, entity)
    condition(session.snapshot, actor, entity, "see")
    known = {one.key for one in shape.views} | {f"v{one.kept.id}" for one in list_views(session, actor, entity)}
    if view and view not in known:
        raise NotFound("view", entity="view", id=view[:40])
    if role:
        require_ability(session.snapshot, actor, SHARE)
        _roles(session, [role])
    employee = 0 if role else (actor.employee or 0)
    preference.write(session, employee, _default_key(entity, role), view or None)


def _default_key(entity: str, role: str = "") -> str:
    return f"view_default.{entity}" + (f".{role}" if role else "")


def _for(actor: Actor, kept: Kept) -> bool:
    """Whoever keeps the shared views sees all of them: he must be able to put them right."""
    return (
        kept.owner is not None
        or not kept.roles
        or SHARE in actor.abilities
        or actor.is_system
        or not set(kept.roles).isdisjoint(actor.roles)
    )


def _find(session: Session, actor: Actor, shape: Entity, id: int, deleted: bool = False) -> Kept:
    """Another person's own view is not there, like one that never was."""
    kept = saved_views.find(session, id)
    mine = kept is not None and (kept.owner is None or kept.owner == (actor.employee or 0))
    if kept is None or kept.entity != shape.number or not mine or (kept.deleted_at is not None and not deleted):
        raise NotFound("id", entity="view", id=id)
    if not _for(actor, kept):
        raise NotFound("id", entity="view", id=id)
    return kept


def _title(title: str) -> str:
    told = clean(title, lines=False).strip()[:LONGEST_TITLE]
    if not told:
        raise ViewTitleEmpty("title")
    return told


def _roles(session: Session, roles: Sequence[str]) -> tuple[str, ...]:
    for role in roles:
        if role not in session.snapshot.roles:
            raise NotFound("roles", entity="role", id=role[:40])
    return tuple(dict.fromkeys(roles))


def _check(session: Session, actor: Actor, entity: str, body: ViewBody) -> None:
    """Everything wrong with the view that its keeper can put right."""
    if len(body.columns) > MOST_COLUMNS or len(body.colours) > MOST_RULES:
        raise TooManyRecords("columns", count=len(body.columns), limit=MOST_COLUMNS)
    problems: list[Problem] = []
    asked = ListRequest(filter=body.filter, sort=",".join(body.sort), fields=tuple(body.columns))
    for check in (
        lambda: make_query(session, actor, entity, asked),
        lambda: _check_colours(session, actor, entity, body),
    ):
        try:
            check()
        except Problem as problem:
            problems.append(problem)
    scope = ReaderScope(session.snapshot, actor, entity)
    if body.group and scope.slot(tuple(body.group.partition(":")[0].split("."))) is None:
        problems.append(UnknownField("group", field=body.group))
    for name, told in _named(body.kind, body.more):
        field = read_entity(session.snapshot, actor, entity).by_key.get(told)
        if field is None or scope.slot((told,)) is None:
            problems.append(UnknownField(f"more.{name}", field=told))
        elif not fits(session.snapshot.entities[entity], field, KINDS[body.kind][name]):
            problems.append(
                SettingNotAllowed(
                    f"more.{name}", setting=name, value=told, allowed=", ".join(KINDS[body.kind][name].types)
                )
            )
    raise_all(problems)


def _named(kind: str, more: dict[str, Any]) -> list[tuple[str, str]]:
    """Options of the kind that name a field, as they are told."""
    asks = KINDS.get(kind, {})
    return [(name, str(more[name])) for name, ask in asks.items() if not ask.allowed and more.get(name)]


def _check_colours(session: Session, actor: Actor, entity: str, body: ViewBody) -> None:
    scope = ReaderScope(session.snapshot, actor, entity)
    for one in body.colours:
        formula(one.rule, scope, YES_NO)


def _told(session: Session, actor: Actor, shape: Entity, kept: Kept) -> ViewTold:
    """What the reader may not see, or what the configuration has no more, is left out."""
    scope = ReaderScope(session.snapshot, actor, shape.key)
    problems: list[Problem] = []

    def readable(path: str) -> bool:
        return scope.slot(tuple(path.split("."))) is not None

    def holds(text: str) -> bool:
        try:
            if text.strip():
                formula(text, scope, YES_NO)
            return True
        except Problem as problem:
            problems.append(problem)
            return False

    body = msgspec.to_builtins(msgspec.convert(kept.body, ViewBody))
    body["columns"] = [path for path in body["columns"] if readable(path)]
    body["sort"] = [path for path in body["sort"] if readable(path.removeprefix("-"))]
    body["colours"] = [one for one in body["colours"] if holds(one["rule"])]
    if body["group"] and not readable(body["group"].partition(":")[0]):
        body["group"] = ""
    for name, told in _named(body["kind"], body["more"]):
        if not readable(told):
            del body["more"][name]
    if not holds(body["filter"]):
        body["filter"], body["asked"] = "", None
    mine = kept.owner is not None
    return ViewTold(kept, body, tuple(problems), mine or SHARE in actor.abilities or actor.is_system)
