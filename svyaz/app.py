"""What the system consists of: traits, routes, runners of jobs, what repeats; and how a home is opened.

Registration is this list (rule 10): a part that is not named here does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from svyaz.access.actor import SYSTEM, Actor
from svyaz.api import (
    access_api,
    card_api,
    cells_api,
    company_api,
    configurator_api,
    directory_api,
    feed_api,
    files_api,
    imports_api,
    invitations_api,
    jobs_api,
    journal_api,
    live_api,
    mail_api,
    people_api,
    people_group_api,
    put_off_api,
    quick_api,
    records_api,
    reports_api,
    roles_api,
    schema_api,
    search_api,
    security_api,
    session_api,
    solutions_api,
    speed_api,
    start_api,
    structure_api,
    timeline_api,
    views_api,
    ways_in_api,
)
from svyaz.api.limits import Limits
from svyaz.api.openapi import openapi_route
from svyaz.api.route import Route
from svyaz.api.server import Serving, build_server
from svyaz.configurator import put_off, speed
from svyaz.exchange.active_directory import looks
from svyaz.exchange.imports import check_import, run_import
from svyaz.jobs.follower import Follower
from svyaz.jobs.schedule import Repeating
from svyaz.jobs.worker import Cancelled, JobContext, Runner, Worker
from svyaz.kernel.clock import Clock, SystemClock
from svyaz.live.hub import Live
from svyaz.org import dismissal, housekeeping, invitations, letters, structure
from svyaz.org.actors import build_actor
from svyaz.org.sessions import NotSignedIn
from svyaz.records.runners import EMPTY_TRASH, record_runners
from svyaz.records.trait import Trait
from svyaz.search.follow import follow
from svyaz.solutions import sample_removal
from svyaz.solutions.shipped import PACKAGE
from svyaz.storage import accounts
from svyaz.storage.session import Session
from svyaz.tenancy import company as tenancy
from svyaz.tenancy.company import Company
from svyaz.traits.registry import RUNNERS as TRAIT_RUNNERS, SHAPES, TRAITS

CONDUCT: tuple[Trait, ...] = (*TRAITS, structure.CONDUCT)

PARTS: tuple[Route, ...] = (
    *session_api.ROUTES,
    *ways_in_api.ROUTES,
    *security_api.ROUTES,
    *people_api.ROUTES,
    *journal_api.ROUTES,
    *access_api.ROUTES,
    *structure_api.ROUTES,
    *directory_api.ROUTES,
    *people_group_api.ROUTES,
    *invitations_api.ROUTES,
    *mail_api.ROUTES,
    *roles_api.ROUTES,
    *start_api.ROUTES,
    *company_api.ROUTES,
    *schema_api.ROUTES,
    *configurator_api.ROUTES,
    *put_off_api.ROUTES,
    *solutions_api.ROUTES,
    *speed_api.ROUTES,
    *records_api.ROUTES,
    *card_api.ROUTES,
    *timeline_api.ROUTES,
    *files_api.ROUTES,
    *imports_api.ROUTES,
    *jobs_api.ROUTES,
    *reports_api.ROUTES,
    *search_api.ROUTES,
    *feed_api.ROUTES,
    *live_api.ROUTES,
    *quick_api.ROUTES,
    *views_api.ROUTES,
    *cells_api.ROUTES,
)
ROUTES: tuple[Route, ...] = (*PARTS, openapi_route(PARTS))

REPEATING: tuple[Repeating, ...] = (
    Repeating(structure.NEW_DAY, structure.NEW_DAY, daily_at=time(0, 0)),
    Repeating("housekeeping", "housekeeping", daily_at=time(3, 30)),
    Repeating("empty_trash", EMPTY_TRASH, daily_at=time(4, 0)),
    Repeating(looks.SYNC, looks.SYNC, every_seconds=3600),
)


def actor_of(session: Session, employee: int | None) -> Actor:
    """Whose rights a job runs with: those of who asked for it, as they are now; a dismissed or blocked person's stops."""
    if employee is None:
        return SYSTEM
    actor, login = build_actor(session, employee), accounts.login_of(session, employee)
    if actor is None or (login is not None and not login.active):
        raise NotSignedIn()
    return actor


def _import(context: JobContext, arguments: Mapping[str, Any]) -> Any:
    run, told = int(arguments["run"]), (context.progress, context.cancelled, context.hold)
    counts = run_import(context.company, run, actor_of, *told)
    if context.cancelled():
        raise Cancelled(counts)
    return counts


def _check_import(context: JobContext, arguments: Mapping[str, Any]) -> Any:
    run, check = int(arguments["run"]), int(arguments["check"])
    counts = check_import(context.company, run, check, actor_of, context.progress, context.cancelled)
    if context.cancelled():
        raise Cancelled(counts)
    return counts


RUNNERS: dict[str, Runner] = {
    "import": _import,
    "check_import": _check_import,
    "housekeeping": housekeeping.run,
    looks.COMPARE: looks.compare,
    looks.APPLY: lambda context, arguments: looks.apply(context, arguments, actor_of),
    looks.SYNC: lambda context, arguments: looks.sync(context, arguments, actor_of),
    structure.NEW_DAY: structure.begin_the_day,
    letters.TASK: letters.run,
    invitations.FORGOTTEN: invitations.run_reset,
    sample_removal.LOAD: sample_removal.run_load,
    sample_removal.REMOVE: sample_removal.run_removal,
    sample_removal.RETURN: sample_removal.run_return,
    speed.TASK: lambda context, arguments: speed.run_speed_up(context, arguments, actor_of),
    put_off.TASK: lambda context, arguments: put_off.run_put_off(context, arguments, actor_of),
    **dismissal.runners(actor_of),
    **record_runners(actor_of),
    **TRAIT_RUNNERS,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A company with everything that serves it; `with` closes it, whatever happens inside."""

    company: Company
    worker: Worker
    clock: Clock

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.company.close()


def open_home(home: Path, clock: Clock | None = None) -> Opened:
    clock = clock or SystemClock()
    company = tenancy.open(home, SHAPES, clock)
    company.conduct = CONDUCT
    return Opened(company, Worker(company, RUNNERS, clock, repeating=REPEATING, steps=(follow,)), clock)


def build_app(
    opened: Opened, *, secure: bool = False, limits: bool = True, on_stop: Callable[[], None] | None = None
) -> Starlette:
    """The ASGI application of one company.  While it is served, one thread follows the log for all who listen."""
    live = Live(opened.company)
    follower = Follower(opened.company, (live.look,))

    def stopped() -> None:
        follower.stop()
        if on_stop is not None:
            on_stop()

    serving = Serving(opened.company, PACKAGE / "static", secure, Limits() if limits else None, live)
    application = build_server(serving, ROUTES, follower.start, stopped)
    application.state.live, application.state.follower = live, follower
    return application
