"""The ASGI application: framework requests in, handlers in a pool of threads, answers out.

Everything a browser is told about safety is here: CSP without inline, no foreign hosts, nosniff,
no framing.  Handlers never see the framework.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route as Path_
from starlette.types import Message, Receive

from svyaz.access.abilities import require_ability
from svyaz.api.call import COOKIE, Actors, Call
from svyaz.api.errors import (
    AddressNotFound,
    BadRequest,
    MethodNotAllowed,
    ServerBroken,
    TooLarge,
    TooSlow,
    WrongMediaType,
    WrongOrigin,
    answer_problem,
)
from svyaz.api.events import EventsResponse
from svyaz.api.limits import Limits
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
# A phone in a lift sends nothing for this many seconds and is still there.
PATIENCE = 30
THREADS = 8
WRITING_THREADS = 6
# The server ends a session by itself; the cookie must outlive it, or a person who comes daily would be put out.
COOKIE_LIVES = 365 * 86_400
SAFETY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


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


def build_server(
    serving: Serving,
    routes: Sequence[Route],
    on_start: Callable[[], None] | None = None,
    on_stop: Callable[[], None] | None = None,
) -> Starlette:
    """on_start, on_stop: around the time that the application is served, in the event loop."""
    pools = Pools()
    actors = Actors()

    def endpoint(route: Route) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            return await _respond(serving, route, request, pools, actors)

        return respond

    async def page(request: Request) -> Response:
        try:
            answer = static_answer(serving.static, request.url.path, request.headers.get("accept-encoding", ""))
        except Problem as problem:
            answer = answer_problem(problem, _language(request))
        return _response(answer, serving.secure)

    async def unknown(request: Request) -> Response:
        """No such address, or a known one asked in another way."""
        allowed = sorted(
            {method for one in paths if one.path_regex.match(request.url.path) for method in one.methods or ()}
        )
        problem = (
            MethodNotAllowed("method", allowed=allowed) if allowed else AddressNotFound("path", path=request.url.path)
        )
        return _response(answer_problem(problem, _language(request)), serving.secure)

    paths = [Path_(route.path, endpoint(route), methods=[route.method]) for route in routes]
    pages = [
        Path_("/api/{rest:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Path_("/{rest:path}", page, methods=["GET"]),
    ]

    async def refused(request: Request, _: Exception) -> Response:
        """The only refusal of the framework's own: the page was asked by another method."""
        return _response(
            answer_problem(MethodNotAllowed("method", allowed=["GET", "HEAD"]), _language(request)), serving.secure
        )

    application = Starlette(routes=[Signposts(paths), *pages], exception_handlers={HTTPException: refused})
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


async def _respond(serving: Serving, route: Route, request: Request, pools: Pools, actors: Actors) -> Response:
    """One request: limits and origin first, then the body, then the handler in a thread."""
    try:
        if serving.limits is not None:
            serving.limits.check(
                _address(request), request.cookies.get(COOKIE) or request.headers.get("authorization", "")
            )
        if route.changes:
            _check_origin(request)
        with tempfile.TemporaryDirectory(prefix="svyaz-") if route.upload else nullcontext() as folder:
            answer = await _answer(serving, route, request, pools, actors, Path(folder) if folder else None)
    except Problem as problem:
        answer = answer_problem(problem, _language(request))
    except ClientDisconnect:
        answer = Answer(499)
    except Exception as wrong:
        if is_full(wrong):
            answer = answer_problem(DiskFull(), _language(request))  # what was sent found no room to lie in
        else:
            number = secrets.token_hex(4)
            log.exception("request %s %s failed, number %s", request.method, request.url.path, number)
            answer = answer_problem(ServerBroken(number=number), _language(request))
    return _response(answer, serving.secure)


async def _answer(
    serving: Serving, route: Route, request: Request, pools: Pools, actors: Actors, folder: Path | None
) -> Answer:
    """folder: where an upload lies until it is kept."""
    loop = asyncio.get_running_loop()
    incoming = _head(request)
    if route.upload:
        # Who may not come in must not fill the disk first.
        await loop.run_in_executor(pools.reading, _admit, route, _call(serving, route, incoming, actors))
    if route.changes:
        incoming = await _with_body(incoming, route, request, folder)
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


def dumps(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_NAIVE_UTC)


def _check_origin(request: Request) -> None:
    """A page of another site must not even try: browsers always send Origin with a POST."""
    origin = request.headers.get("origin")
    if origin and origin.split("://", 1)[-1] != request.headers.get("host", ""):
        raise WrongOrigin("origin")


def _head(request: Request) -> Incoming:
    return Incoming(
        method=request.method,
        path=request.scope["path"],
        params={key: str(value) for key, value in request.path_params.items()},
        query=dict(request.query_params) if request.scope["query_string"] else {},
        headers=dict(request.headers.items()),
        cookies=request.cookies,
        body=b"",
        address=_address(request),
    )


async def _with_body(incoming: Incoming, route: Route, request: Request, folder: Path | None) -> Incoming:
    if not route.upload and "json" not in request.headers.get("content-type", "application/json"):
        raise WrongMediaType("content-type", expected="application/json")
    most = LONGEST_UPLOAD if route.upload else LONGEST_BODY
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or int(declared) > most:
        raise TooLarge("body", most=most)
    measured = Request(request.scope, _measured(request.receive, most))
    if route.upload and folder is not None:
        form, uploads = await _form(measured, folder, most)
        return replace(incoming, form=form, uploads=uploads)
    return replace(incoming, body=await measured.body())


def _measured(receive: Receive, most: int) -> Receive:
    """The same stream with an end: of size, declared or not, and of patience."""
    size = 0

    async def next_part() -> Message:
        nonlocal size
        try:
            async with asyncio.timeout(PATIENCE):
                message = await receive()
        except TimeoutError:
            raise TooSlow("body", seconds=PATIENCE) from None
        size += len(message.get("body", b""))
        if size > most:
            raise TooLarge("body", most=most)
        return message

    return next_part


async def _form(request: Request, folder: Path, most: int) -> tuple[dict[str, str], dict[str, Upload]]:
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        raise WrongMediaType("content-type", expected="multipart/form-data")
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    try:
        form = await request.form(max_files=20, max_fields=50, max_part_size=1024 * 1024)
    except HTTPException as wrong:
        raise BadRequest("body", expected=str(wrong.detail)[:200]) from None
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


def _response(answer: Answer, secure: bool) -> Response:
    headers = {**SAFETY, "Cache-Control": "no-store", **answer.headers}
    response: Response
    if answer.stream is not None:
        response = EventsResponse(answer.stream, answer.status, headers, answer.media_type)
    elif answer.file is not None:
        response = FileResponse(answer.file, answer.status, headers, media_type=answer.media_type)
    elif isinstance(answer.content, bytes):
        response = Response(answer.content, answer.status, headers, media_type=answer.media_type)
    elif answer.content is not None:
        response = StreamingResponse(answer.content, answer.status, headers, media_type=answer.media_type)
    elif answer.body is None:
        response = Response(b"", answer.status, headers)
    else:
        response = Response(dumps(answer.body), answer.status, headers, media_type=answer.media_type)
    for name, value in answer.cookies.items():
        if value:
            response.set_cookie(
                name, value, max_age=COOKIE_LIVES, httponly=True, samesite="lax", secure=secure, path="/"
            )
        else:
            response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _language(request: Request) -> str:
    chosen = request.cookies.get("svyaz_language", "")
    if chosen in ("ru", "en"):
        return chosen
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "ru"
