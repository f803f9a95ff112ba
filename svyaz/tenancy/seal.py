"""Secrets in the base are sealed: whoever reads the base alone — a dump, a lost disk of the server — reads none.

    sealer(company.home).seal("JBSWY3DP", "second:1001")  -> "sealed:1:…"
    sealer(company.home).open(kept, "second:1001")        -> "JBSWY3DP", or "" for what it did not seal

AES-256-GCM.  The purpose is bound in: the sealed secret of one person, put into the row of another, opens nothing.
The key lies in the home, not in the base, is made at the first need and is read by nobody but the owner; a backup
carries it, because a restored company must come in as before.
"""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE = "secret.key"
PREFIX = "sealed:1:"
KEY_BYTES, NONCE_BYTES = 32, 12


@dataclass(frozen=True, slots=True)
class Sealer:
    key: bytes = field(repr=False)

    def seal(self, text: str, purpose: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.key).encrypt(nonce, text.encode(), purpose.encode())
        return PREFIX + base64.b64encode(nonce + sealed).decode()

    def open(self, kept: str, purpose: str) -> str:
        """ "" for what was sealed with another key, for another purpose, or was touched."""
        if not kept.startswith(PREFIX):
            return ""
        try:
            raw = base64.b64decode(kept[len(PREFIX) :], validate=True)
            return AESGCM(self.key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            return ""


def sealer(home: Path) -> Sealer:
    """Of this home.  Two processes that both make the first key agree on one: the file appears whole or not at all."""
    path = home / KEY_FILE
    with suppress(FileNotFoundError):
        return Sealer(path.read_bytes())
    part = home / f".{KEY_FILE}-{secrets.token_hex(4)}"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink()
    return Sealer(path.read_bytes())
