"""The people of the company with their ways in: whom the reader sees, and how each of them comes in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from svyaz.access.actor import Actor
from svyaz.access.fields import may_read
from svyaz.kernel.text import fold
from svyaz.org.invitations import state_of as invitation_of
from svyaz.records.read import MOST_ROWS, ListRequest, read_page
from svyaz.storage import accounts, invitations
from svyaz.storage.accounts import WayIn
from svyaz.storage.session import Session

STATES = ("none", "waiting", "open", "blocked", "dismissed")
SHOWN = ("label", "position_title", "department", "active")


@dataclass(frozen=True, slots=True)
class Listed:
    """state     none: no way in; waiting: the one-time password is not replaced yet; open; blocked; dismissed
    department  cell of the link, None when there is none or it may not be read;  seen_at: 0 when not signed in anywhere
    invitation  the last one, as invitations.state_of tells it
    """

    id: int
    label: str
    position: str
    department: Any
    state: str
    login: str
    roles: tuple[str, ...]
    seen_at: int
    invitation: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """text: a part of the name, the position or the login;  state, role: "" for any."""

    text: str = ""
    state: str = ""
    role: str = ""


def state_of(way: WayIn | accounts.Login | None, works_here: bool) -> str:
    if not works_here:
        return "dismissed"
    if way is None:
        return "none"
    if way.blocked or not way.active:
        return "blocked"
    return "waiting" if way.must_change else "open"


def list_people(session: Session, actor: Actor, asked: Asked) -> list[Listed]:
    """Whom the actor sees as employees, by name, the dismissed last.  Raises what reading employees does."""
    ways, roles = accounts.ways_in(session), accounts.all_roles(session)
    invited, now = invitations.last_invitations(session), accounts.micros(session.now)
    found = [
        replace(
            _listed(row, ways.get(row[0]), roles.get(row[0], ())), invitation=invitation_of(invited.get(row[0]), now)
        )
        for row in _rows(session, actor)
    ]
    wanted = fold(asked.text.strip())
    return [
        one
        for one in sorted(found, key=lambda one: (one.state == "dismissed", fold(one.label), one.id))
        if (not asked.state or one.state == asked.state)
        and (not asked.role or asked.role in one.roles)
        and (not wanted or wanted in fold(f"{one.label} {one.position} {one.login}"))
    ]


def _rows(session: Session, actor: Actor) -> list[tuple[int, dict[str, Any]]]:
    """(id, cells by key): every page, since a company has hundreds of people, not millions."""
    fields = tuple(key for key in SHOWN if may_read(session.snapshot, actor, "employee", key))
    found: list[tuple[int, dict[str, Any]]] = []
    after: str | None = None
    while True:
        page = read_page(session, actor, "employee", ListRequest(fields=fields, limit=MOST_ROWS, after=after))
        found += [(row[0], dict(zip(page.columns, row, strict=True))) for row in page.rows]
        after = page.next
        if after is None:
            return found


def _listed(row: tuple[int, dict[str, Any]], way: WayIn | None, roles: tuple[str, ...]) -> Listed:
    id, cells = row
    return Listed(
        id=id,
        label=cells.get("label") or "",
        position=cells.get("position_title") or "",
        department=cells.get("department"),
        state=state_of(way, cells.get("active") is not False),
        login=way.login if way else "",
        roles=roles,
        seen_at=way.seen_at if way else 0,
    )
