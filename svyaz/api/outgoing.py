"""An answer as the server sends it; everything a browser is told about safety is here.

CSP without inline, no foreign hosts, nosniff, no framing.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from svyaz.api.events import EventsResponse
from svyaz.kernel.http import Answer

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
UNKEPT = {**SAFETY, "Cache-Control": "no-store"}
PLAIN = [(name.lower().encode(), value.encode()) for name, value in UNKEPT.items()]


def dumps(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_NAIVE_UTC)


class Plain(Response):
    """Bytes under no headers but everybody's: those are put into the form of the wire once, not for each answer."""

    def __init__(self, content: bytes, status: int, media_type: str) -> None:
        self.status_code = status
        self.body = content
        self.background = None
        self.raw_headers = [
            *PLAIN,
            (b"content-length", b"%d" % len(content)),
            (b"content-type", media_type.encode("latin-1")),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def response_of(answer: Answer, secure: bool) -> Response:
    """secure: cookies only over HTTPS."""
    if isinstance(answer.content, bytes) and not answer.headers and not answer.cookies and _is_plain(answer):
        return Plain(answer.content, answer.status, answer.media_type)
    headers = {**UNKEPT, **answer.headers}
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


def _is_plain(answer: Answer) -> bool:
    """Of text the framework says the charset, of some statuses it says no length."""
    return (
        answer.stream is None
        and answer.file is None
        and answer.status >= 200
        and answer.status not in (204, 304)
        and not answer.media_type.startswith("text/")
    )
