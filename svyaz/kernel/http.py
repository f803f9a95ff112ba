"""What comes in and what goes out over HTTP, free of any framework: shared by api and channels."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart form, already on disk.  The path lives as long as the request."""

    name: str
    path: Path
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """params: from the path.  query: last value of each name.  headers: lower-case names."""

    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes
    address: str
    form: Mapping[str, str] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """body: JSON-ready, None for 204; or `content`, bytes or an iterable of them, with its media type.

    stream    opens an endless answer in the event loop: each part is sent as it comes, and no thread waits for it
    cookies   name -> value to set; an empty value clears it
    file      a path to send as is, range requests included
    """

    status: int = 200
    body: Any = None
    content: bytes | Iterable[bytes] | None = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None
    stream: Callable[[], AsyncIterator[bytes]] | None = None
