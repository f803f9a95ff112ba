"""The home folder of a company, and where its base is.

<home>/settings.toml     [database] url = "postgresql://…" and schema; without a url: company.sqlite beside it
<home>/company.sqlite    the base, when it is embedded
<home>/files/            attached files (storage.blobs)
<home>/server.lock       held by the running server
    <home>/workers/…         one for each running worker, held by it
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from svyaz.kernel.problem import Problem
from svyaz.storage.engine import PostgresDatabase, SqliteDatabase, open_postgres, open_sqlite


class HomeNotFound(Problem):
    code = "home_not_found"  # facts: home
    status = 503


class HomeNotEmpty(Problem):
    code = "home_not_empty"  # facts: home
    status = 409


class HomeUnreadable(Problem):
    code = "home_unreadable"  # facts: home, detail
    status = 503


@dataclass(frozen=True, slots=True)
class HomeSettings:
    """url "": SQLite in the home."""

    url: str = ""
    schema: str = "svyaz"


def read_settings(home: Path) -> HomeSettings:
    """Raises HomeNotFound where no company was made, HomeUnreadable."""
    try:
        table = tomllib.loads((home / "settings.toml").read_text(encoding="utf-8"))
        database = table.get("database", {})
        return HomeSettings(str(database.get("url", "")), str(database.get("schema", "svyaz")))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise HomeNotFound(home=str(home)) from error
    except (OSError, ValueError, AttributeError) as error:
        raise HomeUnreadable(home=str(home), detail=str(error)) from error


def write_settings(home: Path, settings: HomeSettings) -> None:
    """Read by nobody but the owner: the address has the password in it."""
    path = home / "settings.toml"
    text = "# Где база компании. Пустой url: company.sqlite в этой папке.\n[database]\n"
    text += f"url = {_quoted(settings.url)}\nschema = {_quoted(settings.schema)}\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def open_database(
    home: Path, settings: HomeSettings, clock: Callable[[], datetime], synchronous: str = "FULL"
) -> SqliteDatabase | PostgresDatabase:
    if settings.url:
        return open_postgres(settings.url, settings.schema, clock)
    return open_sqlite(home / "company.sqlite", clock, synchronous)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
