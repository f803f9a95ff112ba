"""A process that changes the tables of a company and kills itself at a statement: whoever asks names which.

It is told homes and numbers on its standard input, «17 /tmp/romashka», a line for each, and forks for each: so a death
costs the change alone and not the start of an interpreter.  It answers with a line: «killed», «done 240» for a change
that came to its end in so many statements, or «failed».
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from svyaz.access.actor import SYSTEM
from svyaz.app import CONDUCT
from svyaz.configurator import edits as op
from svyaz.configurator.apply import apply_plan
from svyaz.configurator.plan import Wanted, make_plan
from svyaz.storage.postgres_engine import PostgresDatabase, PostgresSession
from svyaz.storage.sqlite_engine import SqliteDatabase, SqliteSession
from svyaz.tenancy import company as companies
from svyaz.traits.registry import SHAPES


class Counter:
    """Statements of whoever writes, and the moments before and after each COMMIT."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def tick(self) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def at_statements(self, kind: Any, name: str) -> None:
        whole = getattr(kind, name)

        def until_then(session: Any, *given: Any, **rest: Any) -> Any:
            if session.writes:
                self.tick()
            return whole(session, *given, **rest)

        setattr(kind, name, until_then)

    def at_commits(self, kind: Any, name: str) -> None:
        whole = getattr(kind, name)

        @contextmanager
        def until_then(database: Any) -> Iterator[Any]:
            with whole(database) as session:
                yield session
                self.tick()
            self.tick()

        setattr(kind, name, until_then)


def one(key: str, **rest: Any) -> dict[str, Any]:
    return {"key": key, "title": key, **rest}


EDITS = [
    op.AddEntity({"key": "abonent", "title": "Абонент", "field": [one("title", type="text", unique=True)]}),
    op.AddLink("abonent", "deal", one("deal")),
    op.AddField("deal", one("abonents", type="rollup", entity="abonent", function="count")),
    op.AddField("deal", one("twice", type="formula", formula="amount * 2")),
    op.RetypeField("counterparty", "address", "integer"),
    op.ChangeField("deal", "engaged_on", {"indexed": True}),
    op.ChangeField("counterparty", "city", {"unique": True}),
    op.DropField("deal", "description"),
    op.DropStage("deal", "needs", "offer"),
]


def change(home: Path, last: int) -> int:
    """The number of statements it took."""
    company = companies.open(home, SHAPES)
    company.conduct = CONDUCT
    counter = Counter(last)
    for kind in (SqliteSession, PostgresSession):
        for name in ("fetch", "stream", "run", "run_many", "insert_rows"):
            counter.at_statements(kind, name)
    for name in ("write", "alone"):
        counter.at_commits(SqliteDatabase, name)
        counter.at_commits(PostgresDatabase, name)
    counter.at_commits(PostgresDatabase, "outside")
    plan = make_plan(company, Wanted(company.snapshot.revision, EDITS))
    apply_plan(company, SYSTEM, plan, confirm=plan.digest)
    company.close()
    return counter.count


def main() -> None:
    for line in sys.stdin:
        last, home = line.rstrip("\n").split(" ", 1)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(writer, str(change(Path(home), int(last))).encode())
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        os.close(writer)
        _, status = os.waitpid(child, 0)
        told = os.read(reader, 20).decode()
        os.close(reader)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else f"done {told}" if status == 0 else "failed", flush=True)


if __name__ == "__main__":
    main()
