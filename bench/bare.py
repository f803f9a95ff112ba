"""The baseline: SQL on the raw driver, in as many threads as the product has, behind bare uvicorn.

It reads a plan (see plan.py) and answers

    GET  /<question>/<n>     the n-th set of its statements, all rows as one JSON array each
    POST /change/<n>         a change by hand (the row read and written, the log) in one transaction
    POST /import/<n>         the same rows in batches of 2,000 with a log row each, a transaction each

No rights, no session, no router: nothing that a hand-written endpoint could do without.

    python -m bench.bare --plan FILE --port PORT
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import uvicorn

from bench.plan import PORTION, Plan, RawChange, change_by_hand
from svyaz.api.server import THREADS

OF_THREAD = threading.local()
JSON = [(b"content-type", b"application/json")]


class Sqlite:
    """As the product opens it: WAL, FULL, one writer; the same functions, for the same SQL."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lock = threading.Lock()

    def reader(self) -> Any:
        found = getattr(OF_THREAD, "connection", None)
        if found is None:
            found = OF_THREAD.connection = self.plan.connect()
        return found

    def fetch(self, sql: str, parameters: Any) -> list[Any]:
        return self.reader().execute(sql, parameters).fetchall()

    def change(self, change: RawChange) -> None:
        with self.lock:
            change_by_hand(self.reader(), change)

    def write(self, statements: list[tuple[str, Any]]) -> None:
        connection = self.reader()
        with self.lock:
            connection.execute("BEGIN IMMEDIATE")
            for sql, parameters in statements:
                connection.executemany(sql, parameters)
            connection.execute("COMMIT")


class Postgres(Sqlite):
    def change(self, change: RawChange) -> None:
        change_by_hand(self.reader(), change)

    def write(self, statements: list[tuple[str, Any]]) -> None:
        connection = self.reader()
        with connection.transaction(), connection.cursor() as cursor:
            for sql, parameters in statements:
                cursor.executemany(sql, parameters)


def build(plan: Plan) -> Any:
    database = Postgres(plan) if plan.url else Sqlite(plan)
    pool = ThreadPoolExecutor(THREADS)

    def read(question: str, place: int) -> bytes:
        return orjson.dumps([database.fetch(sql, given) for sql, given in plan.reads[question][place]], default=str)

    def change(place: int) -> bytes:
        database.change(plan.changes[place])
        return b"{}"

    def bring(place: int) -> bytes:
        log = plan.log
        for start in range(0, len(plan.rows), PORTION):
            part = slice(start, start + PORTION)
            stays = (plan.settle, plan.stays[part])
            database.write([(plan.insert, plan.rows[part]), (plan.note, log[part]), stays])
        return b"{}"

    def export(place: int) -> Iterator[bytes]:
        sql, given = plan.exports[place]
        rows = database.reader().execute(sql, given)
        out = io.StringIO()
        told = csv.writer(out, delimiter=";")
        while part := rows.fetchmany(PORTION):
            told.writerows(part)
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        _, question, place = scope["path"].split("/")
        while (await receive()).get("more_body"):
            pass
        loop = asyncio.get_running_loop()
        if question == "export":
            await send({"type": "http.response.start", "status": 200, "headers": JSON})
            chunks = export(int(place))
            while chunk := await loop.run_in_executor(pool, next, chunks, b""):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return
        if question == "change":
            body = await loop.run_in_executor(pool, change, int(place))
        elif question == "import":
            body = await loop.run_in_executor(pool, bring, int(place))
        else:
            body = await loop.run_in_executor(pool, read, question, int(place))
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*JSON, length]})
        await send({"type": "http.response.body", "body": body})

    return application


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--plan", type=Path)
    asked.add_argument("--port", type=int)
    given = asked.parse_args()
    plan: Plan = pickle.loads(given.plan.read_bytes())
    uvicorn.run(build(plan), host="127.0.0.1", port=given.port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
