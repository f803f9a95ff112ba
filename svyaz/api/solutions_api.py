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
from svyaz.solutions import install as solutions
from svyaz.solutions.install import Prepared
from svyaz.solutions.package import Package, opened, write
from svyaz.solutions.shipped import SolutionUnknown, shipped
from svyaz.storage import blobs
from svyaz.storage.session import Session


class SolutionBody(msgspec.Struct, forbid_unknown_fields=True):
    """solution: the key of one that came along or, with `remove`, of an installed one;  file: an archive sent before;
    take: what stands where both the company and the solution changed the same."""

    solution: str = ""
    file: int = 0
    take: Literal["here", "shipped"] = "here"
    remove: bool = False


class SolutionApplyBody(SolutionBody, forbid_unknown_fields=True):
    """confirm: the digest of a plan that loses data."""

    confirm: str = ""


def list_solutions(call: Call) -> Answer:
    """GET /api/solutions"""
    with unlocked(call) as (session, actor):
        here = solutions.installed(session)
    told: dict[str, dict[str, Any]] = {}
    for key, folder in shipped().items():
        with opened(folder) as package:
            title = package.title.get(actor.language) or package.title.get("ru", key)
            told[key] = {"key": key, "title": title, "version": package.version, "installed": None}
    for key, one in here.items():
        title = one["title"].get(actor.language) or one["title"].get("ru", key)
        told.setdefault(key, {"key": key, "title": title, "version": None})["installed"] = str(one["version"])
    return Answer(body={"solutions": [told[key] for key in sorted(told)]})


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
        title = package.title.get(actor.language) or package.title.get("ru", package.key)
        told = {"key": package.key, "title": title, "version": package.version, "entities": len(snapshot.entities)}
    with call.writing() as (session, _):
        name = clean(sent.name)[:255] or "solution.zip"
        file = blobs.name_file(session, kept, name, sent.media_type, actor.employee)
    return Answer(201, {"file": file.id, **told})


def plan(call: Call) -> Answer:
    """POST /api/solutions/plan"""
    body = call.body(SolutionBody)
    with unlocked(call) as (session, actor):
        before = session.snapshot
    with _prepared(call, actor, body) as (_, prepared):
        told = told_plan(prepared.plan, before, call.words, actor.language)
        return Answer(body={"plan": told, "conflicts": [one.place for one in prepared.conflicts]})


def apply(call: Call) -> Answer:
    """POST /api/solutions/apply"""
    body = call.body(SolutionApplyBody)
    with unlocked(call) as (_, actor):
        pass
    with _prepared(call, actor, body) as (package, prepared):
        if package is None:
            done = solutions.uninstall(call.company, actor, body.solution, prepared, body.solution, body.confirm)
        else:
            title = f"{package.title.get('ru', package.key)} {package.version}"
            done = solutions.install(call.company, actor, package, prepared, title, body.confirm)
    return Answer(body=told_outcome(done))


def export(call: Call) -> Answer:
    """GET /api/solutions/export?key=&title=&version=&entities="""
    call.only("key", "title", "version", "entities")
    key, title, version = call.query("key") or "own", clean(call.query("title"))[:200], call.query("version") or "1"
    if len(key) > MOST or not SHAPE.fullmatch(key):
        raise BadRequest("key", expected="a–z, 0–9, _")
    chosen = [one for one in call.query("entities").split(",") if one]
    with unlocked(call) as (session, _):
        unknown = next((one for one in chosen if one not in session.snapshot.entities), None)
        if unknown is not None:
            raise NotFound("entities", entity=clean(unknown)[:60], id=0)
        package = solutions.export(session, key, {"ru": title or key}, clean(version)[:40], chosen)
    with tempfile.TemporaryDirectory() as room:
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
        path = _path(call, session, actor, body)
    with opened(path) as package:
        solutions.check(package, call.company.traits)
        yield package, solutions.prepare_install(call.company, package, body.take)


def _path(call: Call, session: Session, actor: Actor, body: SolutionBody) -> Path:
    if not body.file:
        known = shipped()
        if body.solution not in known:
            raise SolutionUnknown(solution=clean(body.solution)[:60], known=", ".join(known) or "—")
        return known[body.solution]
    kept = next(iter(blobs.find_files(session, [body.file])), None)
    if kept is None or kept.created_by != actor.employee or kept.record is not None:
        raise NotFound("file", entity="file", id=body.file)
    return blobs.path_of(call.company.blobs, kept.sha256)


ROUTES = (
    Route("GET", "/api/solutions", list_solutions, "Solutions that came along and that are installed", needs=CONFIGURE),
    Route(
        "GET",
        "/api/solutions/export",
        export,
        "The configuration, or a part of it, as an archive",
        needs=CONFIGURE,
        query=(("key", "string"), ("title", "string"), ("version", "string"), ("entities", "string")),
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
)
