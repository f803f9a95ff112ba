"""The interface's first prototype, served with deals made up in memory: what the product's own is compared with.

    Baseline(DIR)      DIR: the prototype as built, with index.html and assets/

Its API is four questions, and every answer costs next to nothing, so what is measured of it is the page alone.
"""

from __future__ import annotations

import gzip
import json
import mimetypes
import re
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

DEALS = 100_000
ON_BOARD = 30
STAGES = ["new", "qualified", "need", "offer", "talks", "contract", "paid", "won"]
TITLES = [
    "Новая",
    "Квалификация",
    "Выявление потребности",
    "Предложение",
    "Переговоры",
    "Договор",
    "Оплата",
    "Выиграна",
]
PEOPLE = ["Ольга Смирнова", "Пётр Кузнецов", "Елена Васильева", "Дмитрий Орлов", "Анна Соколова"]
COLUMNS = ["title", "company", "stage", "amount", "owner", "close"]
MORE = ["prio", "source", "product", "phone", "email", "begun", "number", "outside", "note", "share"]


@cache
def meta() -> dict[str, Any]:
    def options(keys: list[str], labels: list[str]) -> list[dict[str, Any]]:
        return [
            {"value": key, "label": label, "hue": at * 40 % 360}
            for at, (key, label) in enumerate(zip(keys, labels, strict=True))
        ]

    def field(key: str, label: str, type: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "label": label, "type": type, "width": 170, **more}

    people = options([f"u{at}" for at in range(len(PEOPLE))], PEOPLE)
    fields = [
        field("title", "Название", "text", primary=True, width=240),
        field("company", "Контрагент", "ref"),
        field("stage", "Этап", "select", options=options(STAGES, TITLES)),
        field("amount", "Сумма", "money", agg="sum"),
        field("owner", "Ответственный", "user", options=people),
        field("close", "Закрыть до", "date"),
        *(field(key, key.title(), "text") for key in MORE),
    ]
    sections = [
        {"label": "О сделке", "fields": ["title", "amount", "close", "owner", "prio", "source", "product"]},
        {"label": "Клиент", "fields": ["company", "phone", "email"]},
        {"label": "Служебное", "fields": ["begun", "number", "outside", "note", "share"]},
    ]
    deal = {
        "key": "deal",
        "label": "Сделка",
        "plural": "Сделки",
        "stageField": "stage",
        "titleField": "title",
        "subtitleField": "company",
        "fields": fields,
        "views": [
            {"id": "all", "type": "grid", "label": "Все сделки", "columns": COLUMNS},
            {"id": "funnel", "type": "kanban", "label": "Воронка", "groupBy": "stage", "sum": "amount"},
        ],
        "form": {"tabs": [{"label": "Общее", "sections": sections}, {"label": "Товары", "sections": []}]},
    }
    places = [("inbox", "Входящие"), ("check", "Дела"), ("calendar", "Календарь"), ("chat", "Чат"), ("chart", "Отчёты")]
    modules = [{"key": key, "label": label, "icon": key} for key, label in places]
    objects = [{"key": "deal", "label": "Сделки", "icon": "deal", "hue": 210}]
    return {"modules": modules, "objects_menu": objects, "objects": {"deal": deal}}


@cache
def deals() -> list[dict[str, Any]]:
    chance = Random(7)
    return [
        {
            "id": at,
            "title": f"Поставка насосов, партия {at}",
            "company": f"ООО «Компания {chance.randrange(10_000)}»",
            "stage": STAGES[at % len(STAGES)],
            "amount": chance.randrange(1_000, 10_000_000),
            "owner": f"u{chance.randrange(len(PEOPLE))}",
            "close": f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            "phone": "+7 916 123-45-67",
            "number": f"{at:06}",
        }
        for at in range(1, DEALS + 1)
    ]


def board() -> list[dict[str, Any]]:
    columns = []
    for at, (key, label) in enumerate(zip(STAGES, TITLES, strict=True)):
        rows = [one for one in deals() if one["stage"] == key]
        total = sum(one["amount"] for one in rows)
        columns.append(
            {"value": key, "label": label, "hue": at * 40, "count": len(rows), "sum": total, "rows": rows[:ON_BOARD]}
        )
    return columns


def timeline() -> list[dict[str, Any]]:
    kinds = ("note", "call", "stage", "task", "mail")
    return [
        {
            "id": at,
            "kind": kinds[at % 5],
            "planned": at < 2,
            "title": "Запись",
            "text": "Обсудили сроки, цены и то, что будет дальше.",
            "when": "12:00",
            "day": f"{at // 4 + 1} марта",
            "who": "u1",
        }
        for at in range(12)
    ]


@cache
def sum_of_all() -> int:
    return sum(one["amount"] for one in deals())


def answer(path: str, asked: dict[str, list[str]]) -> Any:
    if path == "/api/meta":
        return meta()
    if path == "/api/deal/board":
        return board()
    if path == "/api/deal":
        offset, limit = (int(asked.get(key, [default])[0]) for key, default in (("offset", "0"), ("limit", "100")))
        return {"total": DEALS, "agg": {"amount": sum_of_all()}, "rows": deals()[offset : offset + limit]}
    if path.endswith("/timeline"):
        return timeline()
    if found := re.fullmatch(r"/api/deal/(\d+)", path):
        return deals()[int(found[1]) - 1]
    return None


class Baseline:
    def __init__(self, folder: Path) -> None:
        assert (folder / "index.html").is_file(), f"no built prototype in {folder}"
        deals(), sum_of_all()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"folder": folder}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Baseline:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/api/events":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            time.sleep(600)  # nothing ever happens
            return
        if parts.path.startswith("/api/"):
            self._send(
                json.dumps(answer(parts.path, parse_qs(parts.query)), ensure_ascii=False).encode(), "application/json"
            )
            return
        file = self.folder / parts.path.lstrip("/")
        file = file if file.is_file() else self.folder / "index.html"
        self._send(file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")

    def do_PATCH(self) -> None:
        changed = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        record = answer(urlsplit(self.path).path, {})
        record.update(changed)
        self._send(json.dumps(record).encode(), "application/json")

    def _send(self, body: bytes, kind: str) -> None:
        packed = b"" if "font" in kind else gzip.compress(body, 6)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(packed or body)))
        self.end_headers()
        self.wfile.write(packed or body)

    def log_message(self, *_: object) -> None:
        pass
