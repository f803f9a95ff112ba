"""Solutions over HTTP: which there are, what installing or taking one out would do, doing it, handing on one's own.

A solution is named by its key when it came with the product, or is an archive sent before.  As with any change of the
configuration, a plan is told first, and one that loses data is confirmed by its digest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from svyaz.access.actor import Actor
from svyaz.api.call import Call
from svyaz.api.configurator_api import CONFIGURE, told_outcome, told_plan, unlocked
from svyaz.api.errors import BadRequest
from svyaz.api.files_api import LARGEST
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.keys import MOST, SHAPE
from svyaz.kernel.problem import NotFound
from svyaz.kernel.text import clean
from svyaz.kernel.words import Words
from svyaz.solutions import install as solutions
from svyaz.solutions.differences import Difference, title_of_place
from svyaz.solutions.install import Prepared
from svyaz.solutions.package import Package, has_sample, opened, write
from svyaz.solutions.sample import load_sample as load_entries
from svyaz.solutions.sample_export import with_sample
from svyaz.solutions.sample_removal import filled, load_one_later, told_sample
from svyaz.solutions.shipped import SolutionUnknown, shipped
from svyaz.solutions.three_way import Conflict
from svyaz.solutions.toml_text import toml_text
from svyaz.storage import blobs
from svyaz.storage.session import Session

MOST_LINES = 5_000


class SolutionBody(msgspec.Struct, forbid_unknown_fields=True):
    """solution: the key of one that came along or, with `remove`, of an installed one;  file: an archive sent before;
    take: what stands where both the company and the solution changed the same;  takes: the same for single places, as
    the conflicts of the plan name them."""

    solution: str = ""
    file: int = 0
    take: Literal["here", "shipped"] = "here"
    takes: dict[str, Literal["here", "shipped"]] = {}
    remove: bool = False


class SolutionApplyBody(SolutionBody, forbid_unknown_fields=True):
    """confirm: the digest of a plan that loses data;  sample: its examples come along, by a job."""

    confirm: str = ""
    sample: bool = False


class SolutionNamedBody(msgspec.Struct, forbid_unknown_fields=True):
    """One that came along or is installed, or an archive sent before."""

    solution: str = ""
    file: int = 0


def list_solutions(call: Call) -> Answer:
    """GET /api/solutions"""
    with unlocked(call) as (session, actor):
        here = solutions.installed(session)
        told: dict[str, dict[str, Any]] = {}
        for key, folder in shipped().items():
            with opened(folder) as package:
                told[key] = {
                    **_head(package, actor.language),
                    "installed": None,
                    "changed": 0,
                    "news": len(solutions.news_of(session, package)) if key in here else 0,
                    "sample": told_sample(session, key),
                }
        for key, one in here.items():
            known: dict[str, Any] = {"key": key, "version": None, "news": 0, "objects": [], "sample": "none"}
            title = one["title"].get(actor.language) or one["title"].get("ru", key)
            kept = told.setdefault(key, {**known, "title": title})
            kept["installed"] = str(one["version"])
            kept["changed"] = len(solutions.changed_here(session, key))
            shapes = [shape for shape in session.snapshot.entities.values() if shape.origin == key]
            kept["objects"] = kept["objects"] or [shape.title.say(actor.language) for shape in shapes]
    return Answer(body={"solutions": [told[key] for key in sorted(told)]})


def _head(package: Package, language: str) -> dict[str, Any]:
    """Rows of cards are not told: their cards are."""
    shapes = [part.table for part in package.source.entities if part.table.get("kind", "record") == "record"]
    return {
        "key": package.key,
        "title": package.title.get(language) or package.title.get("ru", package.key),
        "version": package.version,
        "objects": [say_title(table.get("title") or table.get("key"), language) for table in shapes],
    }


def send_file(call: Call) -> Answer:
    """POST /api/solutions/file  multipart: file"""
    sent = call.incoming.uploads.get("file")
    if sent is None:
        raise BadRequest("file", expected="multipart: file")
    with unlocked(call) as (_, actor):
        pass
    with sent.path.open("rb") as source:
        kept = blobs.keep(call.company.blobs, sent.name, iter(lambda: source.read(1 << 20), b""), LARGEST)
    with opened(blobs.path_of(call.company.blobs, kept.sha256)) as package:
        snapshot = solutions.check(package, call.company.traits)
        told = {**_head(package, actor.language), "entities": len(snapshot.entities), "sample": has_sample(package)}
    with call.writing() as (session, _):
        name = clean(sent.name)[:255] or "solution.zip"
        file = blobs.name_file(session, kept, name, sent.media_type, actor.employee)
    return Answer(201, {"file": file.id, **told})


def plan(call: Call) -> Answer:
    """POST /api/solutions/plan"""
    body = call.body(SolutionBody)
    with unlocked(call) as (session, actor):
        before = session.snapshot
    with _prepared(call, actor, body) as (package, prepared):
        told = told_plan(prepared.plan, before, call.words, actor.language)
    return Answer(
        body={
            "plan": told,
            "comes": [_difference(one, call.words, actor.language) for one in prepared.comes],
            "kept": [_difference(one, call.words, actor.language) for one in prepared.kept],
            "conflicts": [_conflict(one, prepared, call.words, actor.language) for one in prepared.conflicts],
            "sample": package is not None and has_sample(package),
        }
    )


def compare(call: Call) -> Answer:
    """POST /api/solutions/compare: what the company made of a solution, or what it differs in from an archive"""
    body = call.body(SolutionNamedBody)
    with unlocked(call) as (session, actor):
        if not body.file and body.solution in solutions.installed(session):
            found, package = (
                solutions.changed_here(session, body.solution),
                solutions.as_installed(session, body.solution),
            )
            lines = solutions.difference_lines(session, package) if package is not None else []
        else:
            with opened(_path(call, session, actor, body.solution, body.file)) as package:
                found, lines = solutions.apart(session, package), solutions.difference_lines(session, package)
    told = [_difference(one, call.words, actor.language) for one in found]
    return Answer(body={"changes": told, "lines": lines[:MOST_LINES]})


def load_sample(call: Call) -> Answer:
    """POST /api/solutions/sample: a job that loads the examples of an installed solution that came along"""
    body = call.body(SolutionNamedBody)
    with unlocked(call) as (session, _):
        if body.solution not in solutions.installed(session):
            raise solutions.SolutionNotInstalled(solution=clean(body.solution)[:60])
    with call.writing() as (session, actor):
        return Answer(202, {"job": load_one_later(session, actor, body.solution)})


def apply(call: Call) -> Answer:
    """POST /api/solutions/apply"""
    body = call.body(SolutionApplyBody)
    with unlocked(call) as (session, actor):
        known = solutions.installed(session)
    job = None
    with _prepared(call, actor, body) as (package, prepared):
        if package is None:
            done = solutions.uninstall(call.company, actor, body.solution, prepared, body.solution, body.confirm)
            return Answer(body={**told_outcome(done), "sample": None})
        title = f"{package.title.get('ru', package.key)} {package.version}"
        if package.sample is not None:
            solutions.check_sample_of(package, prepared)
        done = solutions.install(call.company, actor, package, prepared, title, body.confirm)
        if body.sample and has_sample(package):
            with call.writing() as (session, actor):
                job = load_one_later(session, actor, package.key, body.file)
        elif package.sample is not None and package.key not in known:
            load_entries(call.company, package.sample, "always", without=filled(call.company))
    return Answer(body={**told_outcome(done), "sample": job})


def _difference(one: Difference, words: Words, language: str) -> dict[str, Any]:
    """In words: «Сделка»: поле «Срок» (название)."""
    title, of = say_title(one.title, language), say_title(one.of, language)
    text = words.say(f"differs.{one.thing}", title=title, of=of)
    named = [words.say(f"what.{name}") for name in one.what if words.has(f"what.{name}")]
    more = ", ".join(dict.fromkeys(named or [words.say("what.options")] if one.what else []))
    return {"kind": one.kind, "thing": one.thing, "text": f"{text} — {more}" if more else text}


def _conflict(one: Conflict, prepared: Prepared, words: Words, language: str) -> dict[str, Any]:
    thing, title, of, setting = title_of_place(prepared.plan.source, one.place)
    told = Difference("changed", thing, title, of, (setting,) if setting else ())
    sides = {name: _side(getattr(one, name), words, language) for name in ("here", "shipped")}
    return {"place": one.place, "text": _difference(told, words, language)["text"], **sides}


def _side(value: Any, words: Words, language: str) -> str:
    """A setting as a person reads it: titles in his language, the rest as it would stand in the file."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return words.say("yes" if value else "no")
    if isinstance(value, dict) and set(value) & {"ru", "en"}:
        return say_title(value, language)
    return str(value) if isinstance(value, (str, int)) else toml_text({"value": value}).removeprefix("value = ").strip()


def say_title(title: Any, language: str) -> str:
    """A title as it is written in a source, which nobody has checked yet."""
    if isinstance(title, dict):
        return str(title.get(language) or title.get("ru") or next(iter(title.values()), ""))
    return str(title or "")


def export(call: Call) -> Answer:
    """GET /api/solutions/export?key=&title=&version=&entities=&sample=yes"""
    call.only("key", "title", "version", "entities", "sample")
    if call.query("sample") not in ("", "yes", "no"):
        raise BadRequest("sample", expected="yes | no")
    key, title, version = call.query("key") or "own", clean(call.query("title"))[:200], call.query("version") or "1"
    if len(key) > MOST or not SHAPE.fullmatch(key):
        raise BadRequest("key", expected="a–z, 0–9, _")
    chosen = [one for one in call.query("entities").split(",") if one]
    with tempfile.TemporaryDirectory() as room, unlocked(call) as (session, actor):
        unknown = next((one for one in chosen if one not in session.snapshot.entities), None)
        if unknown is not None:
            raise NotFound("entities", entity=clean(unknown)[:60], id=0)
        package = solutions.export(session, key, {"ru": title or key}, clean(version)[:40], chosen)
        if call.query("sample") == "yes":
            package = with_sample(session, actor, package, Path(room) / "sample")
        path = Path(room) / f"{key}.zip"
        write(package, path)
        content = path.read_bytes()
    name = quote(f"{key}.zip")
    return Answer(
        content=content,
        media_type="application/zip",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@contextmanager
def _prepared(call: Call, actor: Actor, body: SolutionBody) -> Iterator[tuple[Package | None, Prepared]]:
    """The package is None when a solution is to be taken out."""
    if body.remove:
        yield None, solutions.prepare_uninstall(call.company, body.solution)
        return
    with call.company.read() as session:
        path = _path(call, session, actor, body.solution, body.file)
    with opened(path) as package:
        solutions.check(package, call.company.traits)
        yield package, solutions.prepare_install(call.company, package, body.take, body.takes)


def _path(call: Call, session: Session, actor: Actor, solution: str, file: int) -> Path:
    if not file:
        known = shipped()
        if solution not in known:
            raise SolutionUnknown(solution=clean(solution)[:60], known=", ".join(known) or "—")
        return known[solution]
    kept = next(iter(blobs.find_files(session, [file])), None)
    if kept is None or kept.created_by != actor.employee or kept.record is not None:
        raise NotFound("file", entity="file", id=file)
    return blobs.path_of(call.company.blobs, kept.sha256)


ROUTES = (
    Route("GET", "/api/solutions", list_solutions, "Solutions that came along and that are installed", needs=CONFIGURE),
    Route(
        "GET",
        "/api/solutions/export",
        export,
        "The configuration, or a part of it, as an archive",
        needs=CONFIGURE,
        query=tuple((name, "string") for name in ("key", "title", "version", "entities", "sample")),
    ),
    Route(
        "POST",
        "/api/solutions/file",
        send_file,
        "Send a solution as an archive, which is checked",
        needs=CONFIGURE,
        upload=True,
        status=201,
    ),
    Route(
        "POST",
        "/api/solutions/plan",
        plan,
        "What installing a solution, or taking it out, would do",
        needs=CONFIGURE,
        body=SolutionBody,
        reads=True,
    ),
    Route(
        "POST",
        "/api/solutions/apply",
        apply,
        "Install a solution, or take it out",
        needs=CONFIGURE,
        body=SolutionApplyBody,
    ),
    Route(
        "POST",
        "/api/solutions/compare",
        compare,
        "What the company made of a solution",
        needs=CONFIGURE,
        body=SolutionNamedBody,
        reads=True,
    ),
    Route(
        "POST",
        "/api/solutions/sample",
        load_sample,
        "Load the examples of a solution",
        needs=CONFIGURE,
        body=SolutionNamedBody,
        status=202,
    ),
)
