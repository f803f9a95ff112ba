"""Files: upload, then name the file in a field; download is asked of the record it belongs to, each time."""

from __future__ import annotations

from urllib.parse import quote

from svyaz.api.call import Call
from svyaz.api.errors import BadRequest
from svyaz.api.route import Route
from svyaz.kernel.http import Answer
from svyaz.kernel.text import clean
from svyaz.records.files import readable_file
from svyaz.storage import blobs

LARGEST = 200 * 1024 * 1024
# What a browser may show in place; everything else is saved.  SVG and HTML run scripts: never in place.
SHOWN = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "audio/mpeg",
    "audio/ogg",
)

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# A browser's own viewer of PDF does not work in a sandbox; only our own pages may hold it in a frame.
SAFE = {"application/pdf": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"}


def upload(call: Call) -> Answer:
    """POST /api/files  multipart: file → {"id", "name", "size"}; only its sender sees it until a record names it."""
    sent = call.incoming.uploads.get("file")
    if sent is None:
        raise BadRequest("file", expected="multipart: file")
    with sent.path.open("rb") as source:
        kept = blobs.keep(call.company.blobs, sent.name, iter(lambda: source.read(1 << 20), b""), LARGEST)
    with call.writing() as (session, actor):
        name = clean(sent.name.replace("\\", "/").rsplit("/", 1)[-1]).strip()[:255] or "file"
        file = blobs.name_file(session, kept, name, sent.media_type[:100], actor.employee)
    return Answer(201, {"id": file.id, "name": file.name, "size": file.size})


def download(call: Call) -> Answer:
    """GET /api/files/{id}"""
    with call.reading() as (session, actor):
        file = readable_file(session, actor, call.id())
    shown = file.media_type in SHOWN
    return Answer(
        file=blobs.path_of(call.company.blobs, file.sha256),
        media_type=file.media_type if shown else "application/octet-stream",
        headers={
            "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file.name)}",
            "Content-Security-Policy": SAFE.get(file.media_type, SANDBOX),
            "Cache-Control": "private, max-age=0, must-revalidate",
        },
    )


ROUTES = (
    Route("POST", "/api/files", upload, "Upload a file", upload=True, status=201),
    Route("GET", "/api/files/{id}", download, "Download a file"),
)
