"""The configurator: what the configuration is made of, what a change would do, doing it, going back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from svyaz.access.actor import Actor
from svyaz.api.call import Call
from svyaz.api.errors import BadRequest, describe
from svyaz.api.files_api import LARGEST
from svyaz.api.route import Route
from svyaz.configurator.apply import Outcome, apply_wanted
from svyaz.configurator.carry import check_tables
from svyaz.configurator.edits import AddEntity, Edit
from svyaz.configurator.outline_told import tell_outline
from svyaz.configurator.plan import Ask, Plan, Wanted, make_plan
from svyaz.configurator.put_off import ConfiguratorLocked
from svyaz.configurator.revisions import compare, list_told
from svyaz.configurator.steps import Step
from svyaz.configurator.uses import Use
from svyaz.configurator.written import palette, written
from svyaz.exchange import new_object
from svyaz.exchange.tables import open_table
from svyaz.kernel.http import Answer
from svyaz.kernel.text import clean
from svyaz.kernel.words import Words
from svyaz.records.merge_entries import merge_entries
from svyaz.schema.snapshot import Snapshot, Title
from svyaz.storage import blobs
from svyaz.storage.convert import NotConverted
from svyaz.storage.session import Session

CONFIGURE = "configure"


@contextmanager
def unlocked(call: Call) -> Iterator[tuple[Session, Actor]]:
    """A reading transaction of whoever may configure; raises ConfiguratorLocked for everybody in a locked company."""
    with call.reading() as (session, actor):
        if session.snapshot.settings.locked:
            raise ConfiguratorLocked()
        yield session, actor


class SchemaPlanBody(msgspec.Struct, forbid_unknown_fields=True):
    """Edits, or a former revision to go back to."""

    revision: int
    edits: list[Edit] = []
    restore: int | None = None


class SchemaApplyBody(SchemaPlanBody, forbid_unknown_fields=True):
    """title: what was done, for the list of revisions;  confirm: the digest of a plan that loses data."""

    title: str = ""
    confirm: str = ""


class MergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """into: the value that stays;  others: those that become it."""

    into: int
    others: list[int] = msgspec.field(name="from")


class OutlineBody(msgspec.Struct, forbid_unknown_fields=True):
    """text: fields of an object and what is linked to it, a line each, as people jot them down."""

    entity: str
    text: str


class TableBody(msgspec.Struct, forbid_unknown_fields=True):
    """table: of the new object, as guessed and corrected; each field may say which `column` of the file it takes."""

    revision: int
    table: dict[str, Any]


class SchemaUndoBody(msgspec.Struct, forbid_unknown_fields=True):
    """revision: the one in force, which is to be taken back."""

    revision: int
    confirm: str = ""


def show_source(call: Call) -> Answer:
    """GET /api/schema/source"""
    with unlocked(call) as (session, _):
        return Answer(body=written(session, call.company.traits))


def show_palette(call: Call) -> Answer:
    """GET /api/schema/palette"""
    with unlocked(call) as (_, actor):
        return Answer(body=palette(call.company.traits, actor.language))


def plan(call: Call) -> Answer:
    """POST /api/schema/plan"""
    body = call.body(SchemaPlanBody)
    with unlocked(call) as (session, actor):
        before = session.snapshot
    made = make_plan(call.company, Wanted(body.revision, body.edits, body.restore))
    return Answer(body=told_plan(made, before, call.words, actor.language))


def apply(call: Call) -> Answer:
    """POST /api/schema/apply"""
    body = call.body(SchemaApplyBody)
    with unlocked(call) as (_, actor):
        pass
    wanted = Wanted(body.revision, body.edits, body.restore)
    return Answer(body=told_outcome(apply_wanted(call.company, actor, wanted, body.title, body.confirm)))


def undo(call: Call) -> Answer:
    """POST /api/schema/undo"""
    body = call.body(SchemaUndoBody)
    with unlocked(call) as (_, actor):
        pass
    wanted = Wanted(body.revision, restore=body.revision - 1)
    return Answer(body=told_outcome(apply_wanted(call.company, actor, wanted, "", body.confirm)))


def read_outline(call: Call) -> Answer:
    """POST /api/schema/outline: nothing is changed; `edits` are for plan and apply"""
    body = call.body(OutlineBody)
    with unlocked(call) as (session, actor):
        told = tell_outline(session, call.company, actor, body.entity, body.text)
    rows = [
        {
            "line": one.line,
            "deep": one.deep,
            "title": one.title,
            "type": one.type,
            "to": one.to,
            "made": one.made,
            "told": one.told,
            "problem": None if one.problem is None else describe(one.problem, actor.language)["text"],
        }
        for one in told.rows
    ]
    return Answer(body={"rows": rows, "edits": told.edits})


def merge_values(call: Call) -> Answer:
    """POST /api/records/{entity}/merge"""
    body = call.body(MergeBody)
    with call.writing() as (session, actor):
        batch, moved = merge_entries(session, actor, call.incoming.params["entity"], body.into, body.others)
    return Answer(body={"batch": batch, "moved": moved})


def guess_object(call: Call) -> Answer:
    """POST /api/schema/from_table  multipart: file, title"""
    sent = call.incoming.uploads.get("file")
    if sent is None:
        raise BadRequest("file", expected="multipart: file, title")
    folder = call.company.blobs
    with sent.path.open("rb") as source:
        kept = blobs.keep(folder, sent.name, iter(lambda: source.read(1 << 20), b""), LARGEST)
    name = clean(sent.name)[:255] or "file"
    with unlocked(call) as (session, actor):
        title = clean(call.incoming.form.get("title", ""))
        told = new_object.guess(session, actor, open_table(blobs.path_of(folder, kept.sha256), name), title)
    with call.writing() as (session, actor):
        file = blobs.name_file(session, kept, name, sent.media_type, actor.employee)
    return Answer(201, {"file": file.id, **told})


def make_object(call: Call) -> Answer:
    """POST /api/schema/from_table/{id}  body: {"revision", "table"}"""
    body = call.body(TableBody)
    with unlocked(call) as (_, actor):
        pass
    check_tables(AddEntity(body.table), "table")
    made = new_object.make(call.company, actor, body.revision, call.id(), body.table)
    told = {"revision": made.revision, "entity": made.entity, "import": made.run, "job": made.job}
    return Answer(201, told)


def list_revisions(call: Call) -> Answer:
    """GET /api/schema/revisions?limit="""
    call.only("limit")
    limit = call.number("limit", 50, 1, 1_000)
    with unlocked(call) as (session, actor):
        rows = list_told(session, limit)
    told = [
        {
            "number": one.number,
            "at": one.at,
            "actor": [one.actor, one.who] if one.actor else None,
            "title": one.title,
            "steps": [say_step(step["code"], step["facts"], call.words, actor.language) for step in one.steps],
        }
        for one in rows
    ]
    return Answer(body={"revisions": told})


def show_revision(call: Call) -> Answer:
    """GET /api/schema/revisions/{id}?against="""
    call.only("against")
    number = call.id()
    against = call.number("against", number - 1, 0, 10**9)
    with unlocked(call) as (session, actor):
        steps = compare(session, call.company.traits, against, number)
    told = [_told_step(step, None, call.words, actor.language) for step in steps]
    keys = ("kind", "code", "text", "entity", "field")
    return Answer(
        body={"number": number, "against": against, "changes": [{key: one[key] for key in keys} for one in told]}
    )


# --- in words


def told_plan(made: Plan, before: Snapshot, words: Words, language: str) -> dict[str, Any]:
    return {
        "revision": made.revision,
        "digest": made.digest,
        "risk": made.risk,
        "records": sum(step.records for step in made.steps),
        "seconds": round(sum(step.seconds for step in made.steps), 2),
        "holds": round(sum(step.holds for step in made.steps), 2),
        "steps": [_told_step(step, before, words, language) for step in made.steps],
        "kept_back": [{"entity": one.entity, **_told_kept(one.what)} for one in made.kept_back],
        "asks": [_told_ask(ask, words, language) for ask in made.asks],
    }


def _told_step(step: Step, before: Snapshot | None, words: Words, language: str) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "code": step.code,
        "text": say_step(step.code, step.facts, words, language),
        "entity": step.entity,
        "field": step.field,
        "records": step.records,
        "seconds": step.seconds,
        "risk": step.risk,
        "uses": [_told_use(use, before, words, language) for use in step.uses] if before else [],
    }


def say_step(code: str, facts: Mapping[str, Any], words: Words, language: str) -> str:
    if not words.has(code):  # a step that an older version told
        return code
    said = {name: _said(name, value, words, language) for name, value in facts.items()}
    return words.say(code, **said)


def _said(name: str, value: Any, words: Words, language: str) -> Any:
    if name in ("whom", "how"):  # parts with facts of their own
        return "; ".join(say_step(one["code"], one["facts"], words, language) for one in value)
    if name == "titles":
        return ", ".join(words.say("quoted", title=_said("title", one, words, language)) for one in value)
    if isinstance(value, Title):
        return value.say(language)
    if isinstance(value, Mapping):
        return str(value.get(language) or value.get("ru") or "")
    if name in ("verb", "was", "will") and isinstance(value, str):
        return words.say(value) if words.has(value) else value
    if name == "what":
        return ", ".join(words.say(f"what.{one}") if words.has(f"what.{one}") else str(one) for one in value)
    return value


def _told_use(use: Use, before: Snapshot, words: Words, language: str) -> dict[str, Any]:
    entity = before.entities[use.entity]
    of = entity.title.say(language)
    named = next((one.title.say(language) for one in entity.views if use.kind == "view" and one.key == use.key), None)
    field = entity.by_key.get(use.key)
    role = before.roles.get(use.key) if use.kind == "role" else None
    stage = entity.stages.get(use.key) if use.kind == "pipeline" else None
    title = next((one.title.say(language) for one in (role, stage, field) if one is not None), use.key)
    return {
        "kind": use.kind,
        "entity": use.entity,
        "key": use.key,
        "text": words.say(f"use.{use.kind}", entity=of, title=named or title),
    }


def _told_ask(ask: Ask, words: Words, language: str) -> dict[str, Any]:
    code = "stage_has_records" if ask.move.what == "stage" else "option_has_records"
    return {
        "code": code,
        "text": words.say("plan_ask", value=ask.move.value, n=ask.count),
        "entity": ask.move.entity,
        "field": ask.move.field,
        "value": ask.move.value,
        "count": ask.count,
        "options": [[key, title.get(language) or title.get("ru")] for key, title in ask.options],
    }


def _told_kept(one: NotConverted) -> dict[str, Any]:
    return {"field": one.field, "count": one.count, "examples": [list(example) for example in one.examples]}


def told_outcome(done: Outcome) -> dict[str, Any]:
    kept = [_told_kept(one) for one in done.kept_back]
    return {"revision": done.revision, "kept_back": kept, "jobs": list(done.jobs)}


ROUTES = (
    Route("GET", "/api/schema/source", show_source, "The configuration as it is written", needs=CONFIGURE),
    Route("GET", "/api/schema/palette", show_palette, "What a configuration may be made of", needs=CONFIGURE),
    Route("POST", "/api/schema/plan", plan, "What a change would do", needs=CONFIGURE, body=SchemaPlanBody, reads=True),
    Route("POST", "/api/schema/apply", apply, "Change the configuration", needs=CONFIGURE, body=SchemaApplyBody),
    Route("POST", "/api/schema/undo", undo, "Take the last change back", needs=CONFIGURE, body=SchemaUndoBody),
    Route(
        "POST",
        "/api/schema/outline",
        read_outline,
        "What a list of fields would make",
        needs=CONFIGURE,
        body=OutlineBody,
        reads=True,
    ),
    Route(
        "POST",
        "/api/records/{entity}/merge",
        merge_values,
        "Make several values of a dictionary one",
        body=MergeBody,
    ),
    Route(
        "POST",
        "/api/schema/from_table",
        guess_object,
        "Guess an object from a spreadsheet",
        needs=CONFIGURE,
        upload=True,
        status=201,
    ),
    Route(
        "POST",
        "/api/schema/from_table/{id}",
        make_object,
        "Make the object and import the spreadsheet into it",
        needs=CONFIGURE,
        body=TableBody,
        status=201,
    ),
    Route(
        "GET",
        "/api/schema/revisions",
        list_revisions,
        "Former configurations",
        needs=CONFIGURE,
        query=(("limit", "integer"),),
    ),
    Route(
        "GET",
        "/api/schema/revisions/{id}",
        show_revision,
        "What one configuration differs in from another",
        needs=CONFIGURE,
        query=(("against", "integer"),),
    ),
)
