"""A look at the directory: read it whole, tell what differs, and, when somebody says so, do it.

    begin        a run and its job: `directory_compare` reads and keeps a row for every person
    apply        the job `directory_apply` does what the rows say, by portions, each in one transaction with its marks;
                 killed or cancelled anywhere it goes on, or stops, between two people
    take_back    undo of the batch, and ways in that the run has shut or opened as they were
    sync         the repeating job: both in one, without anybody; a look that would shut too many stops and waits

What is done is decided again when it is done, by the same function, so a card changed meanwhile is not overwritten with
what was true of it an hour ago.  Photographs are kept as files when they are read: the job that applies asks nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.access.abilities import require_ability
from svyaz.access.actor import Actor
from svyaz.exchange.active_directory.applying import apply_heads, apply_rows
from svyaz.exchange.active_directory.connection import opened
from svyaz.exchange.active_directory.difference import DOING, Decision, Here, decide, read_here
from svyaz.exchange.active_directory.people import Photo, Ready, Wanted, kept, ready
from svyaz.exchange.active_directory.problems import DirectoryNotSet, PhotoNotTaken, RunNotReady
from svyaz.exchange.active_directory.reading import Person, read_people
from svyaz.exchange.active_directory.settings import Directory, find_directory, read_directory
from svyaz.fields.registry import TYPES
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import Cancelled, JobContext
from svyaz.kernel.problem import NotFound, Problem
from svyaz.kernel.words import Words, load_words
from svyaz.org import journal
from svyaz.records.runners import undo_later
from svyaz.storage import accounts, blobs, changes, directory, ids, queue
from svyaz.storage.directory import DirectoryRow, DirectoryRun
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company
from svyaz.tenancy.seal import sealer

COMPARE, APPLY, SYNC = "directory_compare", "directory_apply", "directory_sync"
READ_SECONDS = 300
LARGEST_PHOTO = 1024 * 1024
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
PORTION, PAGE = 50, 500
# More than so many, and so great a part, are not shut without a person who has looked.
MANY, PART = 5, 0.2
ActorOf = Callable[[Session, int | None], Actor]


def allow(session: Session, actor: Actor) -> None:
    """A directory gives and shuts ways in by itself: it is set up by who may do both."""
    for ability in ("people", "configure"):
        require_ability(session.snapshot, actor, ability)


# --- compare


def begin(session: Session, actor: Actor) -> DirectoryRun:
    """Raises DirectoryNotSet, RunNotReady while another look is at work."""
    read_directory(session)
    if _is_busy(session):
        raise RunNotReady(state="reading")
    number = ids.take_id(session)
    job = enqueue(session, COMPARE, {"run": number}, actor=actor.employee)
    run = DirectoryRun(number, "reading", actor.employee, None, job, session.now, {"language": actor.language})
    directory.add_run(session, run)
    return run


def compare(context: JobContext, arguments: Mapping[str, Any]) -> dict[str, int]:
    """The runner of COMPARE."""
    return _compare(context, int(arguments["run"]))


def _compare(context: JobContext, number: int) -> dict[str, int]:
    company = context.company
    with company.read() as session:
        run, settings = directory.find_run(session, number), find_directory(session, sealer(company.home))
    if run is None or run.state != "reading":
        return {}
    try:
        if settings is None:
            raise DirectoryNotSet()  # disconnected since somebody asked
        with opened(settings, READ_SECONDS) as connection:
            people = read_people(connection, settings)
        photos, refused = keep_photos(company, people)
    except Problem as problem:
        with company.write() as session:
            context.hold(session)
            told = {"code": problem.code, "text": load_words(str(run.body.get("language"))).problem(problem)}
            directory.save_run(session, replace(run, state="failed", body={**run.body, "problem": told}))
            context.finish(session, {})
        return {}
    if context.cancelled():
        with company.write() as session:
            directory.save_run(session, replace(run, state="cancelled"))
        raise Cancelled()
    told_people = ready(people, photos)
    for one in told_people:
        if one.wanted.guid in refused:
            one.problems.append(PhotoNotTaken())
    words = load_words(str(run.body.get("language")))
    with company.read() as session:
        rows, tied = compare_all(session, settings, told_people, words)
    with company.write() as session:
        context.hold(session)
        directory.forget_rows(session, number)
        directory.add_rows(session, number, rows)
        counts = directory.count_rows(session, number)
        body = {**run.body, "counts": counts, "read": len(people), "tied": tied}
        directory.save_run(session, replace(run, state="compared", body=body))
        return counts


def compare_all(
    session: Session, settings: Directory, people: Sequence[Ready], words: Words
) -> tuple[list[DirectoryRow], int]:
    """A row of everybody read, then of everybody gone; how many are tied by now."""
    here = read_here(session)
    seen = {one.wanted.guid for one in people}
    gone = [Ready(Wanted(guid=guid, gone=True)) for guid in here.tied if guid not in seen]
    everybody = [*people, *gone]
    first = {one.wanted.guid: decide(session, settings, here, one) for one in everybody}
    coming = {guid for guid, made in first.items() if made.fate in ("made", "changed", "opened", "same")}
    names = {one.wanted.guid: one.wanted.label for one in people}
    rows = []
    for at, one in enumerate(everybody, 1):
        made = decide(session, settings, here, one, coming) if one.wanted.manager else first[one.wanted.guid]
        if one.wanted.gone and made.fate == "same":
            continue
        body = {
            "label": one.wanted.label or _label(here, made) or one.wanted.login,
            "login": one.wanted.login,
            "gone": one.wanted.gone,
            "changes": _told_changes(session, here, names, made, words),
            "problems": [{"code": problem.code, "text": words.problem(problem)} for problem in made.problems],
            "wanted": kept(one.wanted),
            "shared_email": one.shared_email,
        }
        rows.append(DirectoryRow(at, made.fate, made.employee, made.fate not in DOING, bool(made.problems), body))
    return rows, len(here.tied)


def _label(here: Here, made: Decision) -> str:
    stored = here.living.get(made.employee or 0)
    return stored.label if stored else ""


def _told_changes(
    session: Session, here: Here, names: Mapping[str, str], made: Decision, words: Words
) -> list[dict[str, Any]]:
    """[{"key", "title", "before", "after"}] in words; before and after are "" for nothing."""
    shape = session.snapshot.entities["employee"]
    titles = dict(here.departments.values())
    own = {"login": words.say("directory_login"), "tie": words.say("directory_tie")}

    def say(key: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if key == "department":
            return titles.get(value, str(value)) if isinstance(value, int) else str(value)
        if key == "head":
            return here.living[value].label if value in here.living else names.get(value, str(value))
        if key == "photo":
            return words.say("directory_photo")
        if key in ("login", "tie"):
            return str(value)
        one = shape.by_key[key]
        return TYPES[one.type].say(TYPES[one.type].accept(value, one.options, session.terms), one.options, words)

    return [
        {
            "key": key,
            "title": own.get(key) or shape.by_key[key].title.say(words.language),
            "before": say(key, before),
            "after": say(key, after),
        }
        for key, before, after in made.changes
    ]


def keep_photos(company: Company, people: Sequence[Person]) -> tuple[dict[str, Photo], set[str]]:
    """guid -> the picture, whose bytes are on the disk from now on; guids of those whose picture is none."""
    made: dict[str, Photo] = {}
    refused: set[str] = set()
    for one in people:
        if not one.photo or one.disabled:
            continue
        media = next((told for begins, told in PICTURES.items() if one.photo.startswith(begins)), "")
        if not media or len(one.photo) > LARGEST_PHOTO:
            refused.add(one.guid)
            continue
        digest = hashlib.sha256(one.photo).hexdigest()
        if not blobs.path_of(company.blobs, digest).exists():
            blobs.keep(company.blobs, "photo", [one.photo], LARGEST_PHOTO)
        made[one.guid] = Photo(digest, len(one.photo), media)
    return made, refused


# --- apply


def start(session: Session, actor: Actor, number: int) -> DirectoryRun:
    """Put what was compared into the queue.  Raises RunNotReady."""
    run = read_run(session, number)
    if run.state != "compared":
        raise RunNotReady(state=state_of(session, run))
    batch = changes.new_batch(session, actor.employee, "import", "Active Directory")
    job = enqueue(session, APPLY, {"run": number}, key=f"{APPLY}:{number}", actor=actor.employee)
    applying = replace(run, state="applying", batch=batch, job=job)
    directory.save_run(session, applying)
    return applying


def apply(context: JobContext, arguments: Mapping[str, Any], actor_of: ActorOf) -> dict[str, int]:
    """The runner of APPLY."""
    number = int(arguments["run"])
    counts = _apply(context, number, actor_of)
    if context.cancelled():
        raise Cancelled(counts)
    return counts


def _apply(context: JobContext, number: int, actor_of: ActorOf) -> dict[str, int]:
    company = context.company
    with company.read() as session:
        run, settings = directory.find_run(session, number), find_directory(session)
        if run is None or run.state != "applying" or settings is None:
            return {}
        counts = directory.count_rows(session, number)
    total = sum(counts.get(fate, 0) for fate in DOING)
    words = load_words(str(run.body.get("language")))
    at = 0
    while rows := _next(company, number, undone=True):
        if context.cancelled():
            return _end(context, run, "cancelled")
        with company.write() as session:
            context.hold(session)
            actor = actor_of(session, context.actor)
            apply_rows(session, actor, settings, run, rows, words)
            at = total - directory.count_undone(session, number)
            context.tell(session, at, total)
    after = 0
    while rows := _next(company, number, after=after):
        if context.cancelled():
            return _end(context, run, "cancelled")
        after = rows[-1].row
        with company.write() as session:
            context.hold(session)
            apply_heads(session, actor_of(session, context.actor), run, rows)
    return _end(context, run, "done")


def _next(company: Company, number: int, *, undone: bool = False, after: int = 0) -> list[DirectoryRow]:
    with company.read() as session:
        return directory.rows_of(session, number, undone=undone, after=after, limit=PORTION if undone else PAGE)


def _end(context: JobContext, run: DirectoryRun, state: str) -> dict[str, int]:
    with context.company.write() as session:
        context.hold(session)
        counts = directory.count_rows(session, run.id)
        body = {**run.body, "counts": counts}
        directory.save_run(session, replace(run, state=state, body=body))
        return counts


def cancel(session: Session, number: int) -> bool:
    """One that waits ends at once, one that works stops between two portions."""
    run = read_run(session, number)
    if run.job is None or not queue.cancel(session, run.job):
        return False
    job = queue.find_job(session, run.job)
    if job is not None and job.state == "cancelled":
        directory.save_run(session, replace(run, state="cancelled"))
    return True


def take_back(session: Session, actor: Actor, number: int) -> int:
    """The job of the undo.  Ways in are put back at once, and whom the run has made the directory does not know."""
    run = read_run(session, number)
    if run.batch is None or state_of(session, run) not in ("done", "cancelled", "failed"):
        raise RunNotReady(state=state_of(session, run))
    tied = {one.employee: one for one in directory.all_tied(session).values()}
    after, made = 0, []
    while rows := directory.rows_of(session, number, after=after, limit=PAGE):
        after = rows[-1].row
        for one in rows:
            if one.employee is None or not one.body.get("did"):
                continue
            if one.body["did"] == "made":
                made.append(one.employee)
            elif one.body["did"] == "blocked" and one.employee in tied:
                accounts.unblock_login(session, one.employee, works_here=True)
                directory.tie(session, replace(tied[one.employee], shut=False))
                journal.note(session, "let_in", actor.employee, one.employee)
    job = undo_later(session, actor, run.batch)
    directory.untie(session, made)
    directory.save_run(session, replace(run, state="undone", body={**run.body, "undo_job": job}))
    return job


# --- by itself


def sync(context: JobContext, arguments: Mapping[str, Any], actor_of: ActorOf) -> dict[str, Any]:
    """The runner of SYNC, each hour: does nothing at an hour that is not the company's."""
    company = context.company
    with company.read() as session:
        settings, zone = find_directory(session), session.terms.zone
        if settings is None or settings.schedule == "off":
            return {}
        if settings.schedule == "daily" and session.now.astimezone(ZoneInfo(zone)).hour != settings.hour:
            return {}
    with company.write() as session:
        context.hold(session)
        # A worker that died in the middle left a run of this very job: it is gone on with.
        begun = next((one for one in directory.last_runs(session, 5) if one.job == context.id), None)
        run = begun or _by_itself(session, context)
        if begun is None:
            if _is_busy(session):
                return {}
            directory.add_run(session, run)
    number = run.id
    if run.state == "applying":
        return {"run": number, **_apply(context, number, actor_of)}
    counts = _compare(context, number)
    with company.write() as session:
        context.hold(session)
        found = directory.find_run(session, number)
        if found is None or found.state != "compared" or not sum(counts.get(fate, 0) for fate in DOING):
            return {"run": number, **counts}
        if too_many(counts.get("blocked", 0), int(found.body.get("tied", 0))):
            directory.save_run(session, replace(found, body={**found.body, "held": True}))
            return {"run": number, "held": True, **counts}
        batch = changes.new_batch(session, None, "import", "Active Directory")
        directory.save_run(session, replace(found, state="applying", batch=batch))
    return {"run": number, **_apply(context, number, actor_of)}


def _by_itself(session: Session, context: JobContext) -> DirectoryRun:
    language = session.snapshot.settings.language
    return DirectoryRun(
        ids.take_id(session), "reading", None, None, context.id, session.now, {"language": language, "scheduled": True}
    )


def _is_busy(session: Session) -> bool:
    return any(state_of(session, one) in ("reading", "applying") for one in directory.last_runs(session, 5))


def too_many(blocked: int, tied: int) -> bool:
    """A base moved, a filter mistyped, a group emptied: half of the company must not stand before a shut door at four
    in the morning."""
    return blocked > MANY and blocked > tied * PART


# --- telling


def read_run(session: Session, number: int) -> DirectoryRun:
    found = directory.find_run(session, number)
    if found is None:
        raise NotFound("id", entity="directory", id=number)
    return found


def state_of(session: Session, run: DirectoryRun) -> str:
    """As kept; a run whose job gave up, or was cancelled before anybody took it, is over though nobody wrote so."""
    job = queue.find_job(session, run.job) if run.state in ("reading", "applying") and run.job else None
    ended = {"dead": "failed", "done": "failed", "cancelled": "cancelled"}
    return ended.get(job.state, run.state) if job else run.state


def told_run(session: Session, run: DirectoryRun) -> dict[str, Any]:
    job = queue.find_job(session, run.job) if run.job else None
    undo = queue.find_job(session, run.body["undo_job"]) if run.body.get("undo_job") else None
    return {
        "id": run.id,
        "state": state_of(session, run),
        "at": run.created_at,
        "by": run.actor,
        "scheduled": bool(run.body.get("scheduled")),
        "held": bool(run.body.get("held")) and run.state == "compared",
        "read": int(run.body.get("read", 0)),
        "counts": run.body.get("counts") or {},
        "problem": (run.body.get("problem") or {}).get("text", ""),
        "progress": {"done": job.progress or 0 if job else 0, "total": job.total if job else None},
        "undoing": undo is not None and undo.state in ("ready", "running"),
        "many_blocked": too_many((run.body.get("counts") or {}).get("blocked", 0), int(run.body.get("tied", 0))),
    }


def told_rows(session: Session, number: int, fate: str, after: int, limit: int) -> dict[str, Any]:
    """{"rows": […], "next"}; fate: one of them, `troubled` for whoever has something to mend, "" for all."""
    read_run(session, number)
    troubled = fate == "troubled"
    found = directory.rows_of(
        session, number, fate="" if troubled else fate, troubled=troubled, after=after, limit=limit + 1
    )
    rows = [
        {
            "row": one.row,
            "fate": one.fate,
            "employee": one.employee,
            "label": one.body["label"],
            "login": one.body["login"],
            "gone": one.body["gone"],
            "done": bool(one.body.get("did")),
            "changes": one.body["changes"],
            "problems": one.body["problems"],
        }
        for one in found[:limit]
    ]
    return {"rows": rows, "next": found[limit - 1].row if len(found) > limit else None}
