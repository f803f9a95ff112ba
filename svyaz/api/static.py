"""The built interface: hashed assets for a year, the page itself never from a cache.

Every path that is not a file is the page: the browser's router knows what to show.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from svyaz.kernel.http import Answer
from svyaz.kernel.problem import Problem

TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


class InterfaceMissing(Problem):
    """The server runs from sources and the interface has not been built."""

    code = "interface_missing"
    status = 503


def static_answer(folder: Path, path: str, encodings: str) -> Answer:
    index = folder / "index.html"
    if not index.is_file():
        raise InterfaceMissing()
    wanted = (folder / path.lstrip("/")).resolve() if "\0" not in path else index
    if not wanted.is_relative_to(folder.resolve()) or not wanted.is_file():
        if path.startswith("/assets/"):
            return Answer(404, content=b"", media_type="text/plain")
        wanted = index
    forever = wanted.is_relative_to(folder.resolve() / "assets")
    headers = {"Cache-Control": "public, max-age=31536000, immutable" if forever else "no-cache"}
    media = TYPES.get(wanted.suffix) or mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
    packed = wanted.with_name(wanted.name + ".gz")
    if "gzip" in encodings and packed.is_file():
        return Answer(
            file=packed, media_type=media, headers={**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        )
    return Answer(file=wanted, media_type=media, headers=headers)
