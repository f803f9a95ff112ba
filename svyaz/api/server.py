"""The ASGI application: framework requests in, handlers in a pool of threads, answers out.

Handlers never see the framework.  A call of a known address does not go through it either: its middlewares, its
request and its wrappers are a tenth of a small call, and nothing of them is needed there.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as Path_
from starlette.types import Receive, Scope, Send

from svyaz.access.abilities import require_ability
from svyaz.api.call import COOKIE, Actors, Call
from svyaz.api.errors import (
    AddressNotFound,
    BadRequest,
    MethodNotAllowed,
    ServerBroken,
    TooLarge,
    WrongMediaType,
    WrongOrigin,
    answer_problem,
)
from svyaz.api.incoming import incoming_of, measured, whole_body
from svyaz.api.limits import Limits
from svyaz.api.outgoing import dumps, response_of
from svyaz.api.route import Route
from svyaz.api.signposts import Signposts
from svyaz.api.static import static_answer
from svyaz.kernel.http import Answer, Incoming, Upload
from svyaz.kernel.problem import Problem
from svyaz.live.hub import Live
from svyaz.storage.problems import DiskFull, is_full
from svyaz.tenancy.company import Company

log = logging.getLogger("svyaz.api")

LONGEST_BODY = 8 * 1024 * 1024
LONGEST_UPLOAD = 200 * 1024 * 1024
THREADS = 8
WRITING_THREADS = 6
Source = tuple[Scope, Receive]  # where a body is read from


class Pools:
    """Threads for those who read and for those who write: writers may all have to wait (a base that another process
    has locked, a long change of tables), and whoever only reads does not wait with them."""

    def __init__(self) -> None:
        self.reading = ThreadPoolExecutor(THREADS, thread_name_prefix="reading")
        self.writing = ThreadPoolExecutor(WRITING_THREADS, thread_name_prefix="writing")

    def of(self, route: Route) -> ThreadPoolExecutor:
        return self.writing if route.writes else self.reading

    def shutdown(self) -> None:
        """Wait for what runs."""
        self.reading.shutdown()
        self.writing.shutdown()


@dataclass(frozen=True, slots=True)
class Serving:
    """What the application needs besides the routes.  secure: cookies only over HTTPS; live: who listens."""

    company: Company
    static: Path
    secure: bool = False
    limits: Limits | None = None
    live: Live | None = None


class Application(Starlette):
    """The framework's, but for the addresses that signposts know."""

    straight: Callable[[Scope], tuple[Route, Mapping[str, str]] | None]
    respond: Callable[[Route, Mapping[str, str], Scope, Receive], Awaitable[Response]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self.straight(scope) if scope["type"] == "http" else None
        if found is None:
            await super().__call__(scope, receive, send)
            return
        response = await self.respond(*found, scope, receive)
        await response(scope, receive, send)


def build_server(
    serving: Serving,
    routes: Sequence[Route],
    on_start: Callable[[], None] | None = None,
    on_stop: Callable[[], None] | None = None,
) -> Starlette:
    """on_start, on_stop: around the time that the application is served, in the event loop."""
    pools = Pools()
    actors = Actors()

    async def respond(route: Route, params: Mapping[str, str], scope: Scope, receive: Receive) -> Response:
        return await _respond(serving, route, incoming_of(scope, params), (scope, receive), pools, actors)

    def endpoint(route: Route) -> Callable[[Request], Awaitable[Response]]:
        async def wrapped(request: Request) -> Response:
            params = {key: str(value) for key, value in request.path_params.items()}
            return await respond(route, params, request.scope, request.receive)

        return wrapped

    async def page(request: Request) -> Response:
        try:
            answer = static_answer(serving.static, request.url.path, request.headers.get("accept-encoding", ""))
        except Problem as problem:
            answer = answer_problem(problem, _language(request.headers, request.cookies))
        return response_of(answer, serving.secure)

    async def unknown(request: Request) -> Response:
        """No such address, or a known one asked in another way."""
        allowed = sorted(
            {method for one in paths if one.path_regex.match(request.url.path) for method in one.methods or ()}
        )
        problem = (
            MethodNotAllowed("method", allowed=allowed) if allowed else AddressNotFound("path", path=request.url.path)
        )
        return response_of(answer_problem(problem, _language(request.headers, request.cookies)), serving.secure)

    paths = [Path_(route.path, endpoint(route), methods=[route.method]) for route in routes]
    pages = [
        Path_("/api/{rest:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Path_("/{rest:path}", page, methods=["GET"]),
    ]

    async def refused(request: Request, _: Exception) -> Response:
        """The only refusal of the framework's own: the page was asked by another method."""
        problem = MethodNotAllowed("method", allowed=["GET", "HEAD"])
        return response_of(answer_problem(problem, _language(request.headers, request.cookies)), serving.secure)

    signposts = Signposts(list(zip(routes, paths, strict=True)))
    application = Application(routes=[signposts, *pages], exception_handlers={HTTPException: refused})
    application.straight = signposts.find
    application.respond = respond
    application.router.redirect_slashes = False
    application.state.pool = pools
    application.router.lifespan_context = _lifespan(pools, on_start, on_stop)
    return application


def _lifespan(pools: Pools, on_start: Callable[[], None] | None, on_stop: Callable[[], None] | None) -> Any:
    @asynccontextmanager
    async def run(_: Starlette) -> Any:
        if on_start is not None:
            on_start()
        yield
        pools.shutdown()
        if on_stop is not None:
            on_stop()

    return run


async def _respond(
    serving: Serving, route: Route, incoming: Incoming, source: Source, pools: Pools, actors: Actors
) -> Response:
    """One request: limits and origin first, then the body, then the handler in a thread."""
    try:
        if serving.limits is not None:
            key = incoming.cookies.get(COOKIE) or incoming.headers.get("authorization", "")
            serving.limits.check(incoming.address, key)
        if route.changes:
            _check_origin(incoming)
        if route.upload:
            with tempfile.TemporaryDirectory(prefix="svyaz-") as folder:
                answer = await _answer(serving, route, incoming, source, pools, actors, Path(folder))
        else:
            answer = await _answer(serving, route, incoming, source, pools, actors, None)
    except Problem as problem:
        answer = answer_problem(problem, _language(incoming.headers, incoming.cookies))
    except ClientDisconnect:
        answer = Answer(499)
    except Exception as wrong:
        language = _language(incoming.headers, incoming.cookies)
        if is_full(wrong):
            answer = answer_problem(DiskFull(), language)  # what was sent found no room to lie in
        else:
            number = secrets.token_hex(4)
            log.exception("request %s %s failed, number %s", incoming.method, incoming.path, number)
            answer = answer_problem(ServerBroken(number=number), language)
    return response_of(answer, serving.secure)


async def _answer(
    serving: Serving,
    route: Route,
    incoming: Incoming,
    source: Source,
    pools: Pools,
    actors: Actors,
    folder: Path | None,
) -> Answer:
    """folder: where an upload lies until it is kept."""
    loop = asyncio.get_running_loop()
    if route.upload:
        # Who may not come in must not fill the disk first.
        await loop.run_in_executor(pools.reading, _admit, route, _call(serving, route, incoming, actors))
    if route.changes:
        incoming = await _with_body(incoming, route, source, folder)
    call = _call(serving, route, incoming, actors)
    answer = await loop.run_in_executor(pools.of(route), _run, route, call)
    if call.late_touch:
        loop.run_in_executor(pools.writing, call.touch)
    return answer


def _call(serving: Serving, route: Route, incoming: Incoming, actors: Actors) -> Call:
    return Call(
        incoming,
        serving.company,
        actors,
        route.changes,
        route.writes,
        route.early,
        route.setup,
        live=serving.live,
        oneself=route.oneself,
    )


def _admit(route: Route, call: Call) -> None:
    with call.reading() as (session, actor):
        if route.needs not in ("nobody", "person"):
            require_ability(session.snapshot, actor, route.needs)


def _run(route: Route, call: Call) -> Answer:
    if route.needs not in ("nobody", "person"):
        _admit(route, call)
    answer = route.run(call)
    if answer.body is not None:
        # Serialised in the thread, so that a page of a thousand rows does not hold the event loop.
        return Answer(answer.status, None, dumps(answer.body), answer.media_type, answer.headers, answer.cookies)
    return answer


def _check_origin(incoming: Incoming) -> None:
    """A page of another site must not even try: browsers always send Origin with a POST."""
    origin = incoming.headers.get("origin")
    if origin and origin.split("://", 1)[-1] != incoming.headers.get("host", ""):
        raise WrongOrigin("origin")


async def _with_body(incoming: Incoming, route: Route, source: Source, folder: Path | None) -> Incoming:
    if not route.upload and "json" not in incoming.headers.get("content-type", "application/json"):
        raise WrongMediaType("content-type", expected="application/json")
    most = LONGEST_UPLOAD if route.upload else LONGEST_BODY
    declared = incoming.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or int(declared) > most:
        raise TooLarge("body", most=most)
    scope, receive = source[0], measured(source[1], most)
    if route.upload and folder is not None:
        form, uploads = await _form(Request(scope, receive), folder, most)
        return replace(incoming, form=form, uploads=uploads)
    return replace(incoming, body=await whole_body(receive))


async def _form(request: Request, folder: Path, most: int) -> tuple[dict[str, str], dict[str, Upload]]:
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        raise WrongMediaType("content-type", expected="multipart/form-data")
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    try:
        form = await request.form(max_files=20, max_fields=50, max_part_size=1024 * 1024)
    except MultiPartException as wrong:
        raise BadRequest("body", expected=wrong.message[:200]) from None
    async with _Closing(form):
        for number, (name, value) in enumerate(form.multi_items()):
            if not isinstance(value, UploadFile):
                fields[name] = value
                continue
            path, size = folder / f"upload-{number}", 0
            with path.open("wb") as out:
                while chunk := await value.read(1024 * 1024):
                    size += len(chunk)
                    if size > most:
                        raise TooLarge(name, most=most)
                    out.write(chunk)
            uploads[name if name not in uploads else f"{name}{number}"] = Upload(
                value.filename or "", path, size, value.content_type or "application/octet-stream"
            )
    return fields, uploads


class _Closing:
    def __init__(self, form: Any) -> None:
        self.form = form

    async def __aenter__(self) -> Any:
        return self.form

    async def __aexit__(self, *_: object) -> None:
        await self.form.close()


def _language(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str:
    chosen = cookies.get("svyaz_language", "")
    if chosen in ("ru", "en"):
        return chosen
    return "en" if headers.get("accept-language", "").lower().startswith("en") else "ru"
