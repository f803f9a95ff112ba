"""Do what was decided about a portion of people, in the caller's transaction: cards, departments, ways in, marks.

One person whom a rule of the company refuses is told among the rows and stops nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from svyaz.access.actor import Actor
from svyaz.exchange.active_directory.difference import DOING, Decision, Here, decide, read_here
from svyaz.exchange.active_directory.people import Photo, Ready, Wanted, kept_again
from svyaz.exchange.active_directory.settings import Directory
from svyaz.kernel.problem import Problem
from svyaz.kernel.text import fold, sort_key
from svyaz.kernel.words import Words
from svyaz.org import journal
from svyaz.org.administrators import LastAdministrator, is_administrator, keep_one
from svyaz.records.write import RecordChange, change_many, create_many
from svyaz.storage import accounts, blobs, directory
from svyaz.storage.directory import DirectoryRow, DirectoryRun, Tied
from svyaz.storage.session import Session

CAUSE = "import"


def apply_rows(
    session: Session, actor: Actor, settings: Directory, run: DirectoryRun, rows: Sequence[DirectoryRow], words: Words
) -> None:
    """Everything but heads: those may be made in a later portion."""
    here = read_here(session)
    people = {
        one.row: Ready(kept_again(one.body["wanted"]), shared_email=bool(one.body.get("shared_email"))) for one in rows
    }
    decided = {one.row: decide(session, settings, here, people[one.row]) for one in rows}
    departments = _departments(session, actor, run, here, [people[one.row].wanted for one in rows])
    values = {
        one.row: _values(session, actor, here, people[one.row].wanted, decided[one.row], departments) for one in rows
    }
    problems = _write(session, actor, run, rows, decided, values)
    for one in rows:
        made, wanted = decided[one.row], people[one.row].wanted
        told = [words.problem(problem) for problem in problems.get(one.row, ())]
        did = ""
        if not told and made.fate in DOING and made.employee is not None:
            try:
                _settle(session, actor, settings, here, wanted, made)
                did = made.fate
            except LastAdministrator as problem:
                told = [words.problem(problem)]
        body = {**one.body, "did": did}
        if told:
            body["problems"] = [*one.body["problems"], *({"code": "refused", "text": text} for text in told)]
        fate = "trouble" if told else one.fate
        directory.save_row(
            session,
            run.id,
            replace(one, fate=fate, employee=made.employee, done=True, troubled=one.troubled or bool(told), body=body),
        )


def apply_heads(session: Session, actor: Actor, run: DirectoryRun, rows: Sequence[DirectoryRow]) -> None:
    """The second pass: everybody is here by now."""
    tied = directory.all_tied(session)
    asked = []
    for one in rows:
        if not one.body.get("did") or one.employee is None or one.fate == "blocked":
            continue
        manager = kept_again(one.body["wanted"]).manager
        head = tied.get(manager)
        if head is not None and head.employee != one.employee:
            asked.append(RecordChange(one.employee, {"head": head.employee}))
    if asked:
        change_many(session, actor, "employee", asked, cause=CAUSE, batch=run.batch, each=True)


# --- cards


def _departments(
    session: Session, actor: Actor, run: DirectoryRun, here: Here, people: Sequence[Wanted]
) -> dict[str, int]:
    """Key of a title -> id, of all that these people need; what is not there is made under the one above it."""
    known = {key: id for key, (id, _) in here.departments.items()}
    for one in people:
        above: int | None = None
        for title in one.departments if not one.gone and not one.disabled else ():
            key = sort_key(title)
            if key not in known:
                row: dict[str, Any] = {"title": title, **({"parent": above} if above else {})}
                written = create_many(session, actor, "department", [row], cause=CAUSE, batch=run.batch)
                assert written.ids[0] is not None
                known[key] = written.ids[0]
            above = known[key]
    return known


def _values(
    session: Session, actor: Actor, here: Here, wanted: Wanted, made: Decision, departments: Mapping[str, int]
) -> dict[str, Any]:
    values = {**made.values, **dict.fromkeys(made.clears)}
    if made.department:
        values["department"] = departments[sort_key(wanted.departments[-1])]
    if made.photo and wanted.photo is not None:
        values["photo"] = [_picture(session, actor, wanted.photo)]
    return values


def _picture(session: Session, actor: Actor, photo: Photo) -> int:
    name = f"photo.{photo.media_type.rpartition('/')[2]}"
    kept = blobs.Kept(photo.sha256, photo.size)
    return blobs.name_file(session, kept, name, photo.media_type, actor.employee).id


def _write(
    session: Session,
    actor: Actor,
    run: DirectoryRun,
    rows: Sequence[DirectoryRow],
    decided: Mapping[int, Decision],
    values: Mapping[int, dict[str, Any]],
) -> dict[int, Sequence[Problem]]:
    """row -> why it was refused; a made one gets its employee."""
    refused: dict[int, Sequence[Problem]] = {}
    new = [one.row for one in rows if decided[one.row].fate == "made"]
    if new:
        # An employee is made without much more than a name, so no portion of them goes by columns.
        written = create_many(
            session, actor, "employee", [values[row] for row in new], cause=CAUSE, batch=run.batch, each=True
        )
        for at, row in enumerate(new):
            decided[row].employee = written.ids[at]
            if at in written.problems:
                refused[row] = written.problems[at]
    old = [
        one.row
        for one in rows
        if decided[one.row].fate in ("changed", "opened") and decided[one.row].employee and values[one.row]
    ]
    if old:
        asked = [RecordChange(decided[row].employee or 0, values[row]) for row in old]
        written = change_many(session, actor, "employee", asked, cause=CAUSE, batch=run.batch, each=True)
        for at, row in enumerate(old):
            if at in written.problems:
                refused[row] = written.problems[at]
    return refused


# --- ways in


def _settle(session: Session, actor: Actor, settings: Directory, here: Here, wanted: Wanted, made: Decision) -> None:
    """The tie, and the way in.  Raises LastAdministrator before anything of this person's is touched."""
    employee = made.employee or 0
    before = here.tied.get(wanted.guid)
    if made.fate == "blocked":
        ruled = is_administrator(session, employee)
        if ruled and here.administrators == {employee}:
            raise LastAdministrator()
        accounts.block_login(session, employee)
        if ruled:
            keep_one(session)
        journal.note(session, "blocked", actor.employee, employee)
        directory.tie(session, Tied(wanted.guid, employee, True, before.told if before else {}))
        return
    if made.fate == "opened":
        accounts.unblock_login(session, employee, works_here=here.living[employee].values.get("active") is not False)
        journal.note(session, "let_in", actor.employee, employee)
    if made.login:
        _give_login(session, actor, settings, here, employee, made.login)
    directory.tie(session, Tied(wanted.guid, employee, False, wanted.told))


def _give_login(session: Session, actor: Actor, settings: Directory, here: Here, employee: int, login: str) -> None:
    """Without a password of its own: it is the domain that lets in."""
    if accounts.find_login(session, fold(login)) is not None:
        return  # another of this very portion was quicker: the next look tells of it
    if employee in here.logins:
        accounts.rename_login(session, employee, login, fold(login))
        return
    accounts.put_login(session, employee, login, fold(login), None, must_change=False)
    roles = tuple(one for one in settings.roles if one in session.snapshot.roles)
    if not accounts.roles_of(session, employee):
        accounts.set_roles(session, employee, roles)
    journal.note(session, "access_given", actor.employee, employee, login=login, roles=list(roles))
