"""What is to be done with one person of a directory so that Svyaz agrees with it; the same for showing and for doing.

    made      nobody here is he: an employee is made, with a way in where people come in by the domain
    changed   he is here and something of him differs (or he is found by login or e-mail and tied for the first time)
    blocked   disabled or gone there: his way in is shut, his card and all he did stay
    opened    enabled again: what the directory had shut it opens; whom a person has blocked stays blocked
    same      nothing to do            left     disabled and unknown: not taken
    trouble   cannot be done until somebody mends what is told

Decision, first match wins: gone or disabled -> blocked, same, left; wrong for good -> trouble; not found -> made;
shut by the directory -> opened; anything differs -> changed; same.

What the directory has, it owns: a value of it replaces that of the card.  What it never had, the card keeps: a second
phone, a photograph somebody has put himself.  What it had and has no longer is taken away, if it stands as it was put.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from svyaz.exchange.active_directory.people import Ready, Wanted
from svyaz.exchange.active_directory.problems import (
    LastAdministratorStays,
    LoginAbsent,
    LoginTakenThere,
    PersonAmbiguous,
    ValueNotTaken,
)
from svyaz.exchange.active_directory.settings import Directory
from svyaz.expression.ground import Ground
from svyaz.fields.registry import TYPES
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.text import fold, shown, sort_key
from svyaz.kernel.values import Labelled
from svyaz.org.administrators import administrators
from svyaz.storage import accounts, blobs, directory, record_tables, run_query
from svyaz.storage.accounts import Login
from svyaz.storage.directory import Tied
from svyaz.storage.query import Query
from svyaz.storage.record_tables import Stored
from svyaz.storage.session import Session

PLAIN = ("surname", "first_name", "patronymic", "position_title", "email", "phones")
SEVERAL = ("email", "phones")
DOING = ("made", "changed", "opened", "blocked")


@dataclass(frozen=True, slots=True)
class Here:
    """What the base knows of people, read at once.

    living  employees;  holders: key of a login -> employee;  departments: key of a title -> (id, title)
    """

    living: Mapping[int, Stored]
    tied: Mapping[str, Tied]
    logins: Mapping[int, Login]
    holders: Mapping[str, int]
    emails: Mapping[str, list[int]]
    departments: Mapping[str, tuple[int, str]]
    photos: Mapping[int, str]
    administrators: frozenset[int]


@dataclass(slots=True)
class Decision:
    """values: field -> what is to be written, heads and departments apart;  changes: [field, before, after] in ids
    and plain values;  login: the new one, "" when it stays."""

    fate: str
    employee: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    clears: list[str] = field(default_factory=list)
    photo: bool = False
    head: bool = False
    department: bool = False
    login: str = ""
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_here(session: Session) -> Here:
    ground = Ground(None, session.now, session.snapshot.settings.zone)
    people = run_query.ids(session, Query("employee", columns=(), limit=100_000), ground)
    living = record_tables.fetch(session, "employee", people)
    every = run_query.ids(session, Query("department", columns=(), limit=100_000), ground)
    departments = record_tables.fetch(session, "department", every, ["title"])
    logins = accounts.all_logins(session)
    emails: dict[str, list[int]] = {}
    for id, one in living.items():
        for email in one.values.get("email") or ():
            emails.setdefault(email.value, []).append(id)
    pictures = [file for one in living.values() for file in (one.values.get("photo") or ())[:1]]
    return Here(
        living=living,
        tied={guid: one for guid, one in directory.all_tied(session).items() if one.employee in living},
        logins=logins,
        holders={fold(one.login): id for id, one in logins.items()},
        emails=emails,
        departments={sort_key(one.values["title"] or ""): (id, one.values["title"]) for id, one in departments.items()},
        photos={one.id: one.sha256 for one in blobs.find_files(session, pictures)},
        administrators=frozenset(administrators(session)),
    )


def decide(session: Session, settings: Directory, here: Here, one: Ready, coming: Set[str] = frozenset()) -> Decision:
    """coming: keys of those who will be here once all is done, so heads may be among them."""
    wanted = one.wanted
    tied = here.tied.get(wanted.guid)
    if wanted.gone or wanted.disabled:
        return _shut(here, tied)
    if one.nameless:
        return Decision("trouble", tied.employee if tied else None, problems=list(one.problems))
    made = Decision("", tied.employee if tied else None, problems=list(one.problems))
    if tied is None:
        found = _look_for(here, wanted, made)
        if made.fate:
            return made
        if found is None and one.shared_email:
            made.fate = "trouble"
            return made
        made.employee = found
    stored = here.living.get(made.employee or 0)
    _compare_values(session, wanted, stored, tied, made, one.shared_email)
    _compare_department(session, here, wanted, stored, tied, made)
    _compare_head(here, wanted, stored, tied, made, coming)
    _compare_photo(session, here, wanted, stored, tied, made)
    if settings.sign_in:
        _compare_login(here, wanted, made)
    if stored is None:
        made.fate = "made"
        return made
    login = here.logins.get(stored.id)
    if tied is not None and tied.shut and login is not None and login.blocked:
        made.fate = "opened"
    elif made.changes:
        made.fate = "changed"
    elif tied is None:
        made.fate = "changed"
        made.changes.append(("tie", "", wanted.login))
    else:
        made.fate = "same"
    return made


def _shut(here: Here, tied: Tied | None) -> Decision:
    if tied is None:
        return Decision("left")
    login = here.logins.get(tied.employee)
    if login is None or login.blocked:
        return Decision("same", tied.employee)
    if here.administrators == {tied.employee}:
        told = LastAdministratorStays(who=here.living[tied.employee].label)
        return Decision("trouble", tied.employee, problems=[told])
    return Decision("blocked", tied.employee)


def _look_for(here: Here, wanted: Wanted, made: Decision) -> int | None:
    """An employee who was here before the directory: by login, else by e-mail."""
    mine = {one.employee for one in here.tied.values()}
    holder = here.holders.get(fold(wanted.login)) if wanted.login else None
    if holder is not None and holder not in mine and holder in here.living:
        return holder
    for email in wanted.values.get("email") or ():
        found = [one for one in here.emails.get(email.lower(), ()) if one not in mine]
        if len(found) > 1:
            made.fate = "trouble"
            made.problems.append(PersonAmbiguous(email=email, count=len(found)))
            return None
        if found:
            return found[0]
    return None


# --- what differs


def _compare_values(
    session: Session, wanted: Wanted, stored: Stored | None, tied: Tied | None, made: Decision, shared_email: bool
) -> None:
    shape = session.snapshot.entities["employee"]
    told = (tied.told.get("values") or {}) if tied else {}
    for key in PLAIN:
        one = shape.by_key.get(key)
        if key not in wanted.values or one is None or one.hidden or (key == "email" and shared_email):
            continue
        kind = TYPES[one.type]
        title = one.title.say(session.snapshot.settings.language)
        before = stored.values.get(key) if stored else None
        put = _taken(session, key, wanted.values[key], title, made.problems)
        was = _taken(session, key, told.get(key), title, [])
        if key in SEVERAL:
            after: Any = _laid_over(before or (), put, was)
        else:
            after = put if put is not None else (None if was is not None and before == was else before)
        if (after or None) == (before or None):
            continue
        if one.required and not after:
            continue
        made.values[key] = kind.plain(after, one.options) if after else None
        made.changes.append((key, kind.plain(before, one.options) if before else None, made.values[key]))


def _taken(session: Session, key: str, raw: Any, title: str, problems: list[Problem]) -> Any:
    """The canonical value, or values of several, of what the field takes; of the rest a problem is told."""
    one = session.snapshot.entities["employee"].by_key[key]
    kind, several = TYPES[one.type], key in SEVERAL
    found: list[Any] = []
    for part in raw if isinstance(raw, list) else [raw]:
        if not part:
            continue
        try:
            value = kind.accept([part] if several else part, one.options, session.terms)
        except BadValue:
            problems.append(ValueNotTaken(field=title, value=shown(part)))
            continue
        found += value if several else [value]
    if several:
        return tuple({item.value: item for item in found}.values())
    return found[0] if found else None


def _laid_over(
    before: tuple[Labelled, ...], put: tuple[Labelled, ...], was: tuple[Labelled, ...]
) -> tuple[Labelled, ...]:
    """What the directory has comes first, under the label it bears here; then what people have added themselves."""
    labels = {one.value: one for one in before}
    gone = {one.value for one in was} | {one.value for one in put}
    return (*(labels.get(one.value, one) for one in put), *(one for one in before if one.value not in gone))


def _compare_department(
    session: Session, here: Here, wanted: Wanted, stored: Stored | None, tied: Tied | None, made: Decision
) -> None:
    if "department" not in session.snapshot.entities["employee"].by_key:
        return
    before = stored.values.get("department") if stored else None
    if wanted.departments:
        found = here.departments.get(sort_key(wanted.departments[-1]))
        if found is None or found[0] != before:
            made.department = True
            made.changes.append(("department", before, found[0] if found else wanted.departments[-1]))
        return
    was = (tied.told.get("departments") or []) if tied else []
    put = here.departments.get(sort_key(was[-1])) if was else None
    if put is not None and put[0] == before:
        made.clears.append("department")
        made.changes.append(("department", before, None))


def _compare_head(
    here: Here, wanted: Wanted, stored: Stored | None, tied: Tied | None, made: Decision, coming: Set[str]
) -> None:
    before = stored.values.get("head") if stored else None
    if wanted.manager:
        head = here.tied.get(wanted.manager)
        if head is None and wanted.manager not in coming:
            return
        if head is None or head.employee != before:
            made.head = True
            made.changes.append(("head", before, head.employee if head else wanted.manager))
        return
    put = here.tied.get(tied.told.get("manager") or "") if tied else None
    if put is not None and put.employee == before:
        made.clears.append("head")
        made.changes.append(("head", before, None))


def _compare_photo(
    session: Session, here: Here, wanted: Wanted, stored: Stored | None, tied: Tied | None, made: Decision
) -> None:
    if "photo" not in session.snapshot.entities["employee"].by_key:
        return
    files = (stored.values.get("photo") or ()) if stored else ()
    before = here.photos.get(files[0]) if files else None
    put = (tied.told.get("photo") or None) if tied else None
    after = wanted.photo.sha256 if wanted.photo else None
    if after is not None and after != before and before in (None, put):
        made.photo = True
        made.changes.append(("photo", bool(before) or None, True))
    elif after is None and put is not None and before == put:
        made.clears.append("photo")
        made.changes.append(("photo", True, None))


def _compare_login(here: Here, wanted: Wanted, made: Decision) -> None:
    """Whoever comes in by the domain is called here as there; a way in with a password of its own keeps its name."""
    if not wanted.login:
        made.problems.append(LoginAbsent())
        return
    mine = here.logins.get(made.employee or 0)
    if mine is not None and (mine.password_hash is not None or mine.login == wanted.login):
        return
    holder = here.holders.get(fold(wanted.login))
    if holder is not None and holder != made.employee:
        made.problems.append(LoginTakenThere(login=wanted.login))
        return
    made.login = wanted.login
    made.changes.append(("login", mine.login if mine else None, wanted.login))
