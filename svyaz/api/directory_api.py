"""Active Directory: where it is, what it would change here, and doing so.  For who manages people and configures."""

from __future__ import annotations

from typing import Any

import msgspec

from svyaz.access.actor import Actor
from svyaz.access.covers import roles_beyond
from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.exchange.active_directory import looks
from svyaz.exchange.active_directory.connection import opened
from svyaz.exchange.active_directory.problems import DirectoryFailed, FilterWrong
from svyaz.exchange.active_directory.reading import Group, Person, find_groups, read_people
from svyaz.exchange.active_directory.settings import (
    FILTERS,
    SCHEDULES,
    USUAL,
    Directory,
    find_directory,
    forget_directory,
    read_directory,
    set_directory,
    settled,
    told_directory,
)
from svyaz.kernel.http import Answer
from svyaz.org.people import check_roles
from svyaz.org.ways_in import check_beyond
from svyaz.storage import directory
from svyaz.storage.session import Session
from svyaz.tenancy.seal import sealer

MOST = 200
CHECK_SECONDS = 30
FATES = ("made", "changed", "opened", "blocked", "same", "left", "trouble", "troubled")


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """password: None keeps the one there is, while server and account stay."""

    host: str
    login: str
    base: str
    kind: str = "active_directory"
    port: int = 636
    tls: str = "ldaps"
    password: str | None = None
    ca: str = ""
    filter: str = ""
    groups: list[str] = []
    fields: dict[str, list[str]] = {}
    units: bool = False
    sign_in: bool = False
    roles: list[str] = []
    schedule: str = "off"
    hour: int = 4


CHOICES = {"kind": tuple(USUAL), "tls": ("ldaps", "starttls"), "schedule": SCHEDULES}


def show_directory(call: Call) -> Answer:
    """GET /api/directory: the settings without the password, the latest looks, roles one may give"""
    with call.reading() as (session, actor):
        looks.allow(session, actor)
        found = find_directory(session)
        body = {
            "directory": told_directory(found) if found else None,
            "usual": {
                kind: {"filter": FILTERS[kind], "fields": {key: list(names) for key, names in fields.items()}}
                for kind, fields in USUAL.items()
            },
            "runs": [looks.told_run(session, one) for one in directory.last_runs(session)],
            "roles": [
                {"key": role.key, "title": role.title.say(actor.language)}
                for role in session.snapshot.roles.values()
                if role.key in actor.roles or not roles_beyond(session.snapshot, actor, [role.key])
            ],
        }
    return Answer(body=body)


def put_directory(call: Call) -> Answer:
    """PUT /api/directory: all the settings there will be"""
    body, seal = call.body(Settings), sealer(call.company.home)
    with call.writing() as (session, actor):
        told = _settled(call, session, actor, body)
        set_directory(session, told, seal)
    return Answer(204)


def delete_directory(call: Call) -> Answer:
    """DELETE /api/directory: nobody is asked any longer; people stay as they are"""
    with call.writing() as (session, actor):
        looks.allow(session, actor)
        forget_directory(session)
        directory.untie_all(session)
    return Answer(204)


def check_directory(call: Call) -> Answer:
    """POST /api/directory/check  body: as PUT; nothing is kept: how many people would be read, or what stands in the way"""
    body = call.body(Settings)
    with call.reading() as (session, actor):
        told = _settled(call, session, actor, body)
    people: list[Person] = []
    trouble = ""
    try:
        with opened(told, CHECK_SECONDS) as connection:
            people = read_people(connection, told)
    except (DirectoryFailed, FilterWrong) as problem:
        trouble = call.words.problem(problem)
    disabled = sum(one.disabled for one in people)
    first = [one.label or one.login for one in people[:5]]
    return Answer(body={"people": len(people), "disabled": disabled, "first": first, "trouble": trouble})


def list_groups(call: Call) -> Answer:
    """GET /api/directory/groups?q=: groups of the directory by a part of their name"""
    call.only("q")
    text = call.query("q")[:100]
    with call.reading() as (session, actor):
        looks.allow(session, actor)
        told = read_directory(session, sealer(call.company.home))
    found: list[Group] = []
    trouble = ""
    try:
        with opened(told) as connection:
            found = find_groups(connection, told, text)
    except (DirectoryFailed, FilterWrong) as problem:
        trouble = call.words.problem(problem)
    return Answer(body={"groups": [{"dn": one.dn, "title": one.title} for one in found], "trouble": trouble})


def begin_look(call: Call) -> Answer:
    """POST /api/directory/runs: read the directory and tell what would change"""
    with call.writing() as (session, actor):
        looks.allow(session, actor)
        run = looks.told_run(session, looks.begin(session, actor))
    return Answer(201, run)


def show_look(call: Call) -> Answer:
    """GET /api/directory/runs/{id}"""
    with call.reading() as (session, actor):
        looks.allow(session, actor)
        return Answer(body=looks.told_run(session, looks.read_run(session, call.id())))


def list_look_rows(call: Call) -> Answer:
    """GET /api/directory/runs/{id}/rows?fate=&after=&limit="""
    call.only("fate", "after", "limit")
    fate = call.query("fate")
    if fate and fate not in FATES:
        raise BadRequest("fate", expected=", ".join(FATES))
    after, limit = call.number("after", 0, 0, 10**9), call.number("limit", 100, 1, MOST)
    with call.reading() as (session, actor):
        looks.allow(session, actor)
        return Answer(body=looks.told_rows(session, call.id(), fate, after, limit))


def apply_look(call: Call) -> Answer:
    """POST /api/directory/runs/{id}/apply: do what was told"""
    with call.writing() as (session, actor):
        looks.allow(session, actor)
        return Answer(body=looks.told_run(session, looks.start(session, actor, call.id())))


def cancel_look(call: Call) -> Answer:
    """POST /api/directory/runs/{id}/cancel: what is done stays done"""
    with call.writing() as (session, actor):
        looks.allow(session, actor)
        looks.cancel(session, call.id())
        return Answer(body=looks.told_run(session, looks.read_run(session, call.id())))


def undo_look(call: Call) -> Answer:
    """POST /api/directory/runs/{id}/undo: cards and ways in as they were before it"""
    with call.writing() as (session, actor):
        looks.allow(session, actor)
        job = looks.take_back(session, actor, call.id())
    return Answer(body={"job": job})


def _settled(call: Call, session: Session, actor: Actor, body: Settings) -> Directory:
    looks.allow(session, actor)
    for name, known in CHOICES.items():
        if getattr(body, name) not in known:
            raise BadRequest(name, expected=", ".join(known))
    if not 0 < body.port < 65536 or not 0 <= body.hour < 24:
        raise BadRequest("port" if not 0 < body.port < 65536 else "hour", expected="1…65535; 0…23")
    check_roles(session, tuple(body.roles))
    check_beyond(session, actor, tuple(body.roles))
    told: dict[str, Any] = msgspec.to_builtins(body)
    return settled(find_directory(session, sealer(call.company.home)), told)


NEEDS, BASE = "people", "/api/directory"
ROUTES = (
    Route("GET", BASE, show_directory, "The directory of the company", needs=NEEDS),
    Route("PUT", BASE, put_directory, "Settle where the directory is", needs=NEEDS, body=Settings, status=204),
    Route("DELETE", BASE, delete_directory, "Forget the directory", needs=NEEDS, status=204),
    Route("POST", f"{BASE}/check", check_directory, "Ask the directory once", needs=NEEDS, body=Settings),
    Route("GET", f"{BASE}/groups", list_groups, "Groups of the directory", needs=NEEDS, query=(("q", "string"),)),
    Route("POST", f"{BASE}/runs", begin_look, "Look at the directory", needs=NEEDS, status=201),
    Route("GET", f"{BASE}/runs/{{id}}", show_look, "A look at the directory", needs=NEEDS),
    Route(
        "GET",
        f"{BASE}/runs/{{id}}/rows",
        list_look_rows,
        "What a look found of each person",
        needs=NEEDS,
        query=(("fate", "string"), ("after", "integer"), ("limit", "integer")),
    ),
    Route("POST", f"{BASE}/runs/{{id}}/apply", apply_look, "Do what a look has found", needs=NEEDS),
    Route("POST", f"{BASE}/runs/{{id}}/cancel", cancel_look, "Stop a look", needs=NEEDS),
    Route("POST", f"{BASE}/runs/{{id}}/undo", undo_look, "Take a look's changes back", needs=NEEDS),
)
