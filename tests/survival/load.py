"""Clients that write all the time over HTTP and keep a ledger of what they were told."""

from __future__ import annotations

import random
import threading
import time
import uuid
from typing import Any

import httpx

from tests.survival.ledger import Group, Held, Import, Ledger, Shape, Wanted, new_code
from tests.survival.places import Place

STAGES = ("new", "needs", "prospecting")
PRIORITIES = ("low", "normal", "high")
ROWS_OF_IMPORT = 600
# The base let go of one of two that waited for each other; somebody was first: nothing was written, ask again.
REFUSED = ("concurrent_change", "import_not_ready", "schema_changed_meanwhile")


class NoAnswer(Exception):
    """Killed in the middle, or 503: it may have been written or not."""


class Client(threading.Thread):
    """One client with records of its own, so that it knows what each of them must be."""

    def __init__(self, place: Place, ledger: Ledger, seed: int, importer: bool) -> None:
        super().__init__(daemon=True)
        self.ledger = ledger
        self.order = random.Random(seed)
        self.place = place
        self.http = place.client()
        self.stopping = threading.Event()
        self.importer = importer
        self.mine: list[Held] = []
        self.batches: list[tuple[int, list[tuple[Held, Shape]]]] = []

    def run(self) -> None:
        work = [self.bring, self.take_back_import, self.upload]
        if not self.importer:
            often = [self.create] * 4 + [self.change] * 5 + [self.change_several] * 2
            work = [*often, self.undo, self.throw_away, self.bring_back, self.change_matching, self.upload]
        while not self.stopping.is_set():
            try:
                self.order.choice(work)()
            except NoAnswer:
                time.sleep(0.1)
            except Exception as bug:
                self.ledger.find(f"a client was told what it does not understand: {bug!r}")
                time.sleep(0.5)
        self.http.close()

    # --- calls

    def ask(self, what: str, method: str, path: str, **more: Any) -> Any:
        """The answer of what was done; None when it was refused; NoAnswer when nobody knows."""
        try:
            answer = self.http.request(method, path, **more)
        except httpx.TransportError as lost:
            self.ledger.count("!no answer")
            raise NoAnswer from lost
        if answer.status_code == 503:
            if "error" not in answer.json():
                self.ledger.find(f"503 that is no Problem: {answer.text[:300]}")
            self.ledger.count("!503")
            raise NoAnswer
        if answer.status_code >= 500:
            self.ledger.find(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            raise NoAnswer
        if answer.status_code >= 400:
            if answer.json()["error"]["code"] not in REFUSED:
                self.ledger.find(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            return None
        self.ledger.count(what)
        return answer.json() if answer.content else {}

    def some(self, entity: str | None = None, living: bool = True) -> list[Held]:
        return [
            one
            for one in self.mine
            if one.is_certain and one.now.living is living and (entity is None or one.entity == entity)
        ]

    def hold(self, entity: str, id: int, values: dict[str, Any]) -> Held:
        held = Held(entity, id, [Shape(1, tuple(sorted(values.items())))])
        self.mine.append(held)
        with self.ledger.guard:
            self.ledger.held.append(held)
        return held

    def several(self, what: str, pairs: list[tuple[Held, Shape]], must: bool) -> None:
        """One write of many: certain when it was acknowledged and is over, else for the proof to look at."""
        group = Group(what, [(held, held.now, after) for held, after in pairs], must)
        for held, after in pairs:
            held.possible = [held.now, after]
        with self.ledger.guard:
            self.ledger.groups.append(group)

    # --- what they do

    def create(self) -> None:
        entity = self.order.choice(("counterparty", "deal"))
        values: dict[str, Any] = {"title": new_code()}
        values |= {"stage": "new", "priority": "low"} if entity == "deal" else {"city": new_code()}
        key = uuid.UUID(int=self.order.getrandbits(128)).hex
        try:
            made = self.ask(
                "created",
                "POST",
                f"/api/records/{entity}",
                json={"values": values},
                headers={"Idempotency-Key": key},
            )
        except NoAnswer:
            with self.ledger.guard:
                self.ledger.wanted.append(Wanted(key, entity, values))
            raise
        if made:
            self.hold(entity, made["id"], values)

    def other_values(self, held: Held) -> dict[str, Any]:
        was = dict(held.now.values)
        if held.entity == "counterparty":
            return {self.order.choice(("title", "city")): new_code()}
        stage = self.order.choice([one for one in STAGES if one != was["stage"]])
        return self.order.choice([{"title": new_code()}, {"stage": stage}])

    def change(self) -> None:
        if not (known := self.some()):
            return
        held = self.order.choice(known)
        values = self.other_values(held)
        after = held.now.written(values)
        told = {"version": held.now.version, "values": values}
        try:
            changed = self.ask("changed", "PATCH", f"/api/records/{held.entity}/{held.id}", json=told)
        except NoAnswer:
            held.possible.append(after)
            raise
        if changed:
            held.possible = [after]
            if changed["version"] != after.version:
                self.ledger.find(f"{held.entity} {held.id}: version {changed['version']} after {after.version - 1}")

    def change_several(self) -> None:
        entity = self.order.choice(("counterparty", "deal"))
        if len(known := self.some(entity)) < 2:
            return
        part = self.order.sample(known, self.order.randint(2, min(12, len(known))))
        pairs, told = [], []
        for held in part:
            values = self.other_values(held)
            pairs.append((held, held.now.written(values)))
            told.append({"do": "change", "id": held.id, "version": held.now.version, "values": values})
        before = [(held, held.now) for held in part]
        try:
            done = self.ask("bulk", "POST", f"/api/records/{entity}/bulk", json={"operations": told, "atomic": True})
        except NoAnswer:
            self.several("bulk", pairs, must=False)
            raise
        if done:
            for held, after in pairs:
                held.possible = [after]
            self.batches.append((done["batch"], before))

    def undo(self) -> None:
        while self.batches:
            batch, before = self.batches.pop(self.order.randrange(len(self.batches)))
            if all(held.is_certain and held.now.living and held.now.version == was.version + 1 for held, was in before):
                break
        else:
            return
        pairs = [(held, held.now.written(dict(was.values))) for held, was in before]
        try:
            done = self.ask("undone", "POST", f"/api/changes/{batch}/undo", json={})
        except NoAnswer:
            self.several("undo", pairs, must=False)
            raise
        if done:
            for held, after in pairs:
                held.possible = [after]
            if done["back"] != len(pairs):
                self.ledger.find(f"undo of {batch} took back {done['back']} of {len(pairs)}")

    def throw_away(self) -> None:
        self.move(self.some(), False)

    def bring_back(self) -> None:
        self.move(self.some(living=False), True)

    def move(self, among: list[Held], living: bool) -> None:
        if not among:
            return
        held = self.order.choice(among)
        after = held.now.moved(living)
        path, body = f"/api/records/{held.entity}/{held.id}", None
        if living:
            path, body = "/api/trash/restore", {"entity": held.entity, "ids": [held.id]}
        try:
            done = self.ask("restored" if living else "deleted", "POST" if living else "DELETE", path, json=body)
        except NoAnswer:
            held.possible.append(after)
            raise
        if done:
            held.possible = [after]

    def change_matching(self) -> None:
        """A job over all that have one city: it writes each of them once, however often it is killed."""
        city = new_code()
        made = [{"title": new_code(), "city": city} for _ in range(self.order.randint(20, 400))]
        told = {"operations": [{"do": "create", "values": one} for one in made], "atomic": True}
        # Without an answer these records are nobody's: the check of the base still sees them whole.
        done = self.ask("bulk", "POST", "/api/records/counterparty/bulk", json=told)
        if not done:
            return
        held = [self.hold("counterparty", one["id"], values) for one, values in zip(done["results"], made, strict=True)]
        title = new_code()
        pairs = [(one, one.now.written({"title": title})) for one in held]
        asked = {"filter": f'city = "{city}"', "change": {"title": title}}
        try:
            job = self.ask("job", "POST", "/api/records/counterparty/bulk", json=asked)
        except NoAnswer:
            self.several("job over a filter", pairs, must=False)
            raise
        if job:
            self.several("job over a filter", pairs, must=True)

    def upload(self) -> None:
        content = self.order.randbytes(self.order.randint(1, 150_000))
        made = self.ask("uploaded", "POST", "/api/files", files={"file": ("снимок.bin", content, "image/png")})
        if made:
            with self.ledger.guard:
                self.ledger.files[made["id"]] = content

    def bring(self) -> None:
        city = new_code()
        titles = [new_code() for _ in range(self.order.randint(ROWS_OF_IMPORT // 3, ROWS_OF_IMPORT))]
        table = "Название;Город\r\n" + "".join(f"{one};{city}\r\n" for one in titles)
        run = self.ask(
            "file of import",
            "POST",
            "/api/imports",
            files={"file": ("клиенты.csv", table.encode(), "text/csv")},
            data={"entity": "counterparty"},
        )
        if not run or not self.ask("plan of import", "PUT", f"/api/imports/{run['id']}", json=run["plan"]):
            return
        asked = Import(run["id"], city, titles)
        with self.ledger.guard:
            self.ledger.imports.append(asked)
        try:
            if self.ask("import", "POST", f"/api/imports/{run['id']}/run", json={}):
                asked.run = "must"
        except NoAnswer:
            asked.run = "may"
            raise
        if self.order.random() < 0.4:
            self.stopping.wait(self.order.random() * 2)

    def take_back_import(self) -> None:
        ready = [one for one in self.ledger.imports if one.run == "must" and one.undo == "no"]
        if not ready or self.order.random() < 0.5:
            return
        asked = self.order.choice(ready)
        try:
            if self.ask("undo of import", "POST", f"/api/imports/{asked.id}/undo", json={}):
                asked.undo = "must"
        except NoAnswer:
            asked.undo = "may"
            raise


def let_go(clients: list[Client]) -> None:
    for one in clients:
        one.stopping.set()
    for one in clients:
        one.join(90)
        if one.is_alive():
            one.ledger.find("a client still waits for an answer a minute and a half after the end")
