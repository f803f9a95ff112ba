"""The company's mark: a raster picture, looked at by its bytes, whatever its name says.  SVG can run scripts: never.

Seen by everybody, before signing in too, so nothing but a picture may get here.
"""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from svyaz.kernel.problem import Problem
from svyaz.storage import settings
from svyaz.storage.session import Session

KEY, BYTES_KEY = "logo", "logo.bytes"
MOST_BYTES = 512 * 1024
LEAST_SIDE, MOST_SIDE = 16, 4096
PNG = b"\x89PNG\r\n\x1a\n"


class LogoNotPicture(Problem):
    code = "logo_not_picture"


class LogoTooLarge(Problem):
    code = "logo_too_large"  # facts: most_kb


class LogoSidesWrong(Problem):
    code = "logo_sides_wrong"  # facts: least, most


@dataclass(frozen=True, slots=True)
class Logo:
    """digest: of the bytes, so that an address with it may be kept for ever."""

    digest: str
    media_type: str
    content: bytes = field(repr=False)


def find_digest(session: Session) -> str | None:
    """Whether there is a mark, without reading it."""
    kept = settings.read(session, KEY)
    return str(kept) if kept else None


def read_logo(session: Session) -> Logo | None:
    kept = settings.read(session, BYTES_KEY)
    return Logo(kept["digest"], kept["media_type"], b64decode(kept["content"])) if kept else None


def look_at_file(path: Path) -> Logo:
    """Raises LogoTooLarge, LogoNotPicture, LogoSidesWrong."""
    if path.stat().st_size > MOST_BYTES:
        raise LogoTooLarge("file", most_kb=MOST_BYTES // 1024)
    content = path.read_bytes()
    found = look_at(content)
    if found is None:
        raise LogoNotPicture("file")
    media_type, width, height = found
    if not all(LEAST_SIDE <= side <= MOST_SIDE for side in (width, height)):
        raise LogoSidesWrong("file", least=LEAST_SIDE, most=MOST_SIDE)
    return Logo(sha256(content).hexdigest()[:16], media_type, content)


def set_logo(session: Session, logo: Logo | None) -> None:
    told = logo and {"digest": logo.digest, "media_type": logo.media_type, "content": b64encode(logo.content).decode()}
    settings.write(session, KEY, logo.digest if logo else None)
    settings.write(session, BYTES_KEY, told)


def look_at(content: bytes) -> tuple[str, int, int] | None:
    """(media type, width, height) of a PNG, JPEG or WebP; None for anything else."""
    try:
        if content.startswith(PNG) and content[12:16] == b"IHDR":
            return ("image/png", *struct.unpack(">II", content[16:24]))
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
    except (struct.error, IndexError):
        return None
    return None


def _jpeg(content: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return "image/jpeg", width, height
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def _webp(content: bytes) -> tuple[str, int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
        return "image/webp", width, height
    if kind == b"VP8 ":
        width, height = (value & 0x3FFF for value in struct.unpack("<HH", content[26:30]))
        return "image/webp", width, height
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return "image/webp", (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None
