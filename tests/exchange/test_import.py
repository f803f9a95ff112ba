"""An import through its own doors: upload, plan, preview, run, undo — on both databases.

The generated set has the troubles of the real spreadsheets of examples/maven: a product name without its
space, sales with no client, US dates, a subsidiary named before its parent, stages as words.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from svyaz.access.actor import SYSTEM, Actor
from svyaz.app import RUNNERS, actor_of
from svyaz.exchange import imports
from svyaz.exchange.export import export_columns, write_rows
from svyaz.jobs.queue import enqueue
from svyaz.jobs.worker import LEASE_SECONDS, PAUSES_SECONDS, JobContext, Worker
from svyaz.kernel.problem import Denied, NotFound, Problem, Problems
from svyaz.records import read
from svyaz.records.read import ListRequest
from svyaz.records.runners import undo_later
from svyaz.storage import blobs, import_runs, queue
from svyaz.storage.problems import ConcurrentChange, DatabaseGone, DiskFull
from svyaz.storage.session import Session
from tests.cast import Cast

TABLES: Mapping[str, tuple[str, list[list[str]]]] = {
    "product": (
        "product,series,sales_price",
        [["GTX Pro", "GTX", "4821"], ["GTX Basic", "GTX", "550"], ["MG Special", "MG", "55"]],
    ),
    "counterparty": (
        "account,sector,year_established,revenue,subsidiary_of",
        [
            ["Betatech", "medical", "1986", "647.18", "Acme Corporation"],
            ["Acme Corporation", "technolgy", "1996", "1100.04", ""],
            ["Zotware", "software", "1979", "4478.47", "Unknown Holding"],
        ],
    ),
    "deal": (
        "opportunity_id,product,account,deal_stage,engage_date,close_date,close_value",
        [
            ["1C1I7A6R", "GTX Pro", "Betatech", "Won", "10/20/2016", "3/1/2017", "1054"],
            ["Z063OYW0", "GTXPro", "Acme Corporation", "Lost", "10/25/2016", "3/11/2017", "0"],
            ["EC4QE1BX", "MG Special", "", "Engaging", "1/25/2017", "", ""],
            ["MV1LWRNH", "GTX Basic", "", "Prospecting", "", "", ""],
        ],
    ),
}
PLANS: Mapping[str, dict[str, Any]] = {
    "product": {
        "columns": [
            {"column": 0, "field": "title"},
            {"column": 1, "field": "series", "missing": "create"},
            {"column": 2, "field": "price"},
        ],
        "keys": ["title"],
    },
    "counterparty": {
        "columns": [
            {"column": 0, "field": "title"},
            {"column": 1, "field": "sector", "missing": "create"},
            {"column": 2, "field": "founded_year"},
            {"column": 3, "field": "revenue"},
            {"column": 4, "field": "parent"},
        ],
        "keys": ["title"],
        "decimal": ".",
        "constants": {"kind": "company"},
    },
    "deal": {
        "columns": [
            {"column": 0, "field": "external_number"},
            {"column": 1, "field": "product"},
            {"column": 2, "field": "counterparty"},
            {"column": 3, "field": "stage", "values": {"Won": "won", "Lost": "lost"}},
            {"column": 4, "field": "engaged_on"},
            {"column": 4, "field": "stage@engaging"},
            {"column": 5, "field": "stage@end"},
            {"column": 6, "field": "amount"},
        ],
        "keys": ["external_number"],
        "dates": "mdy",
        "history": True,
    },
}


class Importer:
    """A person at the import screen."""

    def __init__(self, cast: Cast, actor: Actor = SYSTEM) -> None:
        self.cast, self.company, self.actor = cast, cast.company, actor
        self.worker = Worker(self.company, RUNNERS, self.company.clock)

    def upload(self, entity: str, content: bytes, name: str = "file.csv") -> int:
        kept = blobs.keep(self.company.blobs, name, [content], 10**8)
        with self.company.write() as session:
            file = blobs.name_file(session, kept, name, "text/csv", self.actor.employee)
            return imports.upload(session, self.actor, self.company.blobs, entity, file).id

    def plan(self, run: int, plan: Mapping[str, Any]) -> None:
        with self.company.write() as session:
            imports.set_plan(session, self.actor, run, dict(plan))

    def preview(self, run: int) -> dict[str, Any]:
        return imports.preview(self.company, lambda _: self.actor, run)

    def run(self, run: int) -> dict[str, int]:
        with self.company.write() as session:
            imports.start(session, self.actor, run, enqueue)
        self.worker.run_all()
        with self.company.read() as session:
            return import_runs.counts(session, run)

    def told(self, run: int) -> dict[str, Any]:
        with self.company.read() as session:
            return imports.told_run(session, imports.read_run(session, self.actor, run))

    def troubles(self, run: int) -> dict[int, list[str]]:
        with self.company.read() as session:
            return {one.row: [p["code"] for p in one.problem] for one in import_runs.troubles(session, run)}

    def bring(self, entity: str, content: bytes, plan: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
        run = self.upload(entity, content)
        self.plan(run, plan)
        return run, self.run(run)

    def bring_table(self, entity: str) -> tuple[int, dict[str, int]]:
        return self.bring(entity, content_of(entity), self.matched(entity))

    def matched(self, entity: str) -> dict[str, Any]:
        """The plan with what a person would put into its table of unmatched values."""
        plan = json.loads(json.dumps(PLANS[entity]))
        run = self.upload(entity, content_of(entity))
        self.plan(run, plan)
        for missing in self.preview(run)["unmatched"]:
            column = next(one for one in plan["columns"] if one["field"] == missing["field"])
            for value in missing["values"]:
                if value["nearest"] and column.get("missing") != "create":
                    near = value["nearest"]
                    column.setdefault("values", {})[value["value"]] = near[0] if isinstance(near, list) else near
        return plan  # type: ignore[no-any-return]

    def undo(self, run: int, force: bool = False) -> None:
        with self.company.write() as session:
            found = import_runs.find(session, run)
            assert found is not None and found.batch is not None
            undo_later(session, self.actor, found.batch, force)
        self.worker.run_all()


def table(head: str, lines: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head.split(","))
    writer.writerows(lines)
    return out.getvalue().encode()


def content_of(entity: str) -> bytes:
    head, lines = TABLES[entity]
    return table(head, lines)


@pytest.fixture
def importer(romashka: Cast) -> Importer:
    return Importer(romashka)


def test_spreadsheets_with_the_usual_troubles_go_in_whole(importer: Importer, romashka: Cast) -> None:
    assert importer.bring_table("product")[1] == {"created": 3}
    run, counts = importer.bring_table("counterparty")
    assert counts == {"created": 2, "partial": 1}, importer.troubles(run)
    assert importer.troubles(run) == {4: ["link_name_unknown"]}
    run, counts = importer.bring_table("deal")
    assert counts == {"created": 4}, importer.troubles(run)
    system = romashka.system
    names = ("counterparty.parent.title", "product.title", "stage", "closed_on", "engaged_on", "amount")
    rows = {row[2]: row[3:] for row in system.list("deal", fields=("external_number", *names))}
    assert rows["1C1I7A6R"] == ["Acme Corporation", "GTX Pro", "won", "2017-03-01", "2016-10-20", ["1054.00", "RUB"]]
    assert rows["Z063OYW0"][1:4] == ["GTX Pro", "lost", "2017-03-11"]
    assert rows["EC4QE1BX"][2:4] == ["engaging", None]
    assert rows["MV1LWRNH"][0] is None and rows["MV1LWRNH"][2] == "prospecting"


def test_dates_of_stages_become_stage_moves(importer: Importer, romashka: Cast) -> None:
    for entity in TABLES:
        importer.bring_table(entity)
    with romashka.company.read() as session:
        moves = session.fetch(
            "SELECT m.stage, m.entered_at, m.left_at FROM sv_stage_move m JOIN deal d ON d.sv_id = m.record"
            " WHERE d.external_number = '1C1I7A6R' ORDER BY m.entered_at"
        )
    told = [(stage, str(entered)[:10], str(left)[:10]) for stage, entered, left in moves]
    assert told == [("engaging", "2016-10-20", "2017-03-01"), ("won", "2017-03-01", "None")]


def test_second_run_of_the_same_files_creates_nothing(importer: Importer, romashka: Cast) -> None:
    for entity in TABLES:
        importer.bring_table(entity)
    before = romashka.living_digest()
    for entity in TABLES:
        assert set(importer.bring_table(entity)[1]) == {"skipped"}
    assert romashka.living_digest() == before


def test_undo_of_an_import_leaves_living_data_as_it_was(importer: Importer, romashka: Cast) -> None:
    importer.bring_table("product")
    before = romashka.living_digest()
    run, _ = importer.bring_table("counterparty")
    assert romashka.living_digest() != before
    importer.undo(run)
    assert romashka.living_digest() == before
    with romashka.company.read() as session:
        found = import_runs.find(session, run)
        assert found is not None
        assert imports.told_run(session, found)["state"] == "undone"


def test_preview_tells_each_rows_fate_and_leaves_no_trace(importer: Importer, romashka: Cast) -> None:
    importer.bring_table("product")
    run = importer.upload("deal", content_of("deal"))
    importer.plan(run, PLANS["deal"])
    with romashka.nothing_changes():
        told = importer.preview(run)
    fates = {one["row"]: (one["fate"], [p["code"] for p in one["problems"]]) for one in told["rows"]}
    assert fates[2] == ("error", ["link_name_unknown"])  # no clients yet
    assert fates[4] == ("created", [])
    assert told["total"] == 4
    unmatched = {one["field"]: {v["value"]: v["nearest"] for v in one["values"]} for one in told["unmatched"]}
    assert unmatched["product"] == {
        "GTXPro": [romashka.system.ids("product", filter='title = "GTX Pro"')[0], "GTX Pro"]
    }
    assert set(unmatched["counterparty"]) == {"Betatech", "Acme Corporation"}


POLICIES = [
    # existing      cell was   file says   becomes
    ("skip", "Казань", "Тверь", "Казань"),
    ("fill", "Казань", "Тверь", "Казань"),
    ("fill", None, "Тверь", "Тверь"),
    ("overwrite", "Казань", "Тверь", "Тверь"),
    ("overwrite", "Казань", "", "Казань"),
]


@pytest.mark.parametrize(("existing", "was", "says", "becomes"), POLICIES)
def test_policy_decides_what_happens_to_an_existing_record(
    importer: Importer, romashka: Cast, existing: str, was: str | None, says: str, becomes: str
) -> None:
    record = romashka.system.create("counterparty", title="Ромашка-2", inn="7707083893", city=was)
    plan = {
        "columns": [{"column": 0, "field": "inn"}, {"column": 1, "field": "title"}, {"column": 2, "field": "city"}],
        "keys": ["inn"],
        "existing": existing,
    }
    _, counts = importer.bring("counterparty", table("inn,name,city", [["7707083893", "Ромашка-2", says]]), plan)
    assert "created" not in counts
    assert romashka.system.open("counterparty", record.id).values["city"] == becomes


def test_key_is_found_by_phone_however_it_is_written(importer: Importer, romashka: Cast) -> None:
    record = romashka.system.create("counterparty", title="Связной", phones=["+79161234567"])
    plan = {
        "columns": [{"column": 0, "field": "phones"}, {"column": 1, "field": "city"}],
        "keys": ["phones"],
        "existing": "overwrite",
    }
    _, counts = importer.bring("counterparty", table("тел,город", [["8 (916) 123-45-67", "Уфа"]]), plan)
    assert counts == {"updated": 1}
    assert romashka.system.open("counterparty", record.id).values["city"] == "Уфа"


def test_two_rows_of_one_new_key_make_one_record(importer: Importer, romashka: Cast) -> None:
    plan = {
        "columns": [{"column": 0, "field": "external_number"}, {"column": 1, "field": "title"}],
        "keys": ["external_number"],
        "existing": "overwrite",
    }
    _, counts = importer.bring("deal", table("id,name", [["A1", "первая"], ["A1", "вторая"]]), plan)
    assert counts == {"created": 1, "updated": 1}
    assert [row[2] for row in romashka.system.list("deal", fields=("title",))] == ["вторая"]


def test_row_with_a_mistake_is_left_out_with_its_reason_and_the_rest_goes_in(
    importer: Importer, romashka: Cast
) -> None:
    plan = {"columns": [{"column": 0, "field": "title"}, {"column": 1, "field": "inn"}]}
    run, counts = importer.bring(
        "counterparty", table("name,inn", [["Первый", "7707083893"], ["Второй", "7707083894"], ["Третий", ""]]), plan
    )
    assert counts == {"created": 2, "error": 1}
    with romashka.company.read() as session:
        found = import_runs.find(session, run)
        assert found is not None
        text = b"".join(imports.error_file(session, romashka.company.blobs, found)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert lines[0] == ["name", "inn", "Строка", "Причина"]
    assert lines[1][:3] == ["Второй", "7707083894", "3"] and "контрольн" in lines[1][3]


def test_interrupted_run_goes_on_from_the_next_row(importer: Importer, romashka: Cast) -> None:
    rows = [[f"Клиент {n}"] for n in range(700)]
    run = importer.upload("counterparty", table("name", rows))
    importer.plan(run, {"columns": [{"column": 0, "field": "title"}]})
    with romashka.company.write() as session:
        imports.start(session, SYSTEM, run, enqueue)

    class Killed(BaseException):
        pass

    def die_in_the_middle(done: int, total: int | None) -> None:
        if done > 200:
            raise Killed

    with pytest.raises(Killed):
        imports.run_import(romashka.company, run, actor_of, die_in_the_middle, lambda: False)
    done = len(romashka.system.ids("counterparty"))
    assert 0 < done < 700
    assert imports.run_import(romashka.company, run, actor_of, lambda *_: None, lambda: False) == {"created": 700}
    titles = [row[2] for row in romashka.system.list("counterparty", fields=("title",))]
    assert len(titles) == len(set(titles)) == 700


@pytest.mark.parametrize("gone", [DatabaseGone(reason="it is restarted"), DiskFull(), ConcurrentChange()])
def test_base_that_goes_away_in_the_middle_does_not_end_an_import(
    importer: Importer, romashka: Cast, gone: Problem
) -> None:
    run = importer.upload("counterparty", table("name", [[f"Клиент {n}"] for n in range(700)]))
    importer.plan(run, {"columns": [{"column": 0, "field": "title"}]})
    falls = [gone]

    def falling(context: JobContext, arguments: Mapping[str, Any]) -> Any:
        usual = context.hold

        def hold(session: Session) -> None:
            usual(session)
            if falls and import_runs.last_row(session, run):
                raise falls.pop()

        context.hold = hold  # type: ignore[method-assign]
        return RUNNERS["import"](context, arguments)

    importer.worker = Worker(romashka.company, {"import": falling}, romashka.company.clock)
    assert 0 < importer.run(run)["created"] < 700
    assert importer.told(run)["state"] == "running"
    romashka.tick(seconds=PAUSES_SECONDS[0])
    importer.worker.run_all()
    assert importer.told(run)["state"] == "done" and not falls
    titles = [row[2] for row in romashka.system.list("counterparty", fields=("title",))]
    assert len(titles) == len(set(titles)) == 700


def test_worker_that_slept_through_its_lease_neither_repeats_nor_spoils_what_another_does(
    importer: Importer, romashka: Cast
) -> None:
    run = importer.upload("counterparty", table("name", [[f"Клиент {n}"] for n in range(900)]))
    importer.plan(run, {"columns": [{"column": 0, "field": "title"}]})
    asleep = [True]

    def sleeping(context: JobContext, arguments: Mapping[str, Any]) -> Any:
        usual = context.cancelled

        def cancelled() -> bool:
            now = usual()
            with romashka.company.read() as session:
                middle = import_runs.last_row(session, run) > 0
            if middle and asleep.pop():
                romashka.tick(seconds=LEASE_SECONDS + 1)
                assert Worker(romashka.company, RUNNERS, romashka.company.clock).run_all() == 1
                assert importer.told(run)["state"] == "done"
            return now

        context.cancelled = cancelled  # type: ignore[method-assign]
        return RUNNERS["import"](context, arguments)

    importer.worker = Worker(romashka.company, {"import": sleeping}, romashka.company.clock)
    assert importer.run(run) == {"created": 900} and not asleep
    assert importer.told(run)["state"] == "done"
    titles = [row[2] for row in romashka.system.list("counterparty", fields=("title",))]
    assert len(titles) == len(set(titles)) == 900


def test_import_cancelled_before_anybody_took_it_is_over_and_one_whose_job_gave_up_has_failed(
    importer: Importer, romashka: Cast
) -> None:
    for ending, told in (("cancelled", "cancelled"), ("dead", "failed")):
        run = importer.upload("counterparty", table("name", [["Клиент"]]))
        importer.plan(run, {"columns": [{"column": 0, "field": "title"}]})
        with romashka.company.write() as session:
            job = imports.start(session, SYSTEM, run, enqueue).job
            assert job is not None
            if ending == "cancelled":
                queue.cancel(session, job)
            else:
                session.run("UPDATE sv_job SET state = 'dead', key = NULL WHERE id = ?", (job,))
        importer.worker.run_all()
        assert importer.told(run)["state"] == told
        importer.undo(run)


def test_cancelled_run_keeps_what_is_in_and_can_be_undone(importer: Importer, romashka: Cast) -> None:
    before = romashka.living_digest()
    run = importer.upload("counterparty", table("name", [[f"Клиент {n}"] for n in range(900)]))
    importer.plan(run, {"columns": [{"column": 0, "field": "title"}]})
    with romashka.company.write() as session:
        imports.start(session, SYSTEM, run, enqueue)
    seen: list[int] = []
    imports.run_import(romashka.company, run, actor_of, lambda done, _: seen.append(done), lambda: bool(seen))
    with romashka.company.read() as session:
        found = import_runs.find(session, run)
    assert found is not None and found.state == "cancelled"
    assert 0 < len(romashka.system.ids("counterparty")) < 900
    importer.undo(run)
    assert romashka.living_digest() == before


def test_manager_imports_within_his_rights_and_links_only_to_what_he_sees(romashka: Cast) -> None:
    hidden = romashka.person("Анна").create("counterparty", title="Тайный клиент", responsible=romashka.people["Анна"])
    assert hidden.id
    olga = Importer(romashka, romashka.actor("Ольга"))
    plan = {"columns": [{"column": 0, "field": "title"}, {"column": 1, "field": "counterparty"}]}
    content = table("name,client", [["Продажа", "Тайный клиент"], ["Другая", "Никто такой"]])
    run, counts = olga.bring("deal", content, plan)
    seen = romashka.person("Ольга").ids("counterparty", filter='title = "Тайный клиент"')
    if seen:
        assert counts == {"created": 1, "error": 1}
    else:
        assert counts == {"error": 2}
        told = olga.troubles(run)
        assert told[2] == told[3] == ["link_name_unknown"], "hidden and absent must look the same"


def test_plan_with_mistakes_is_refused_whole_with_every_mistake_named(importer: Importer, romashka: Cast) -> None:
    run = importer.upload("deal", content_of("deal"))
    plan = {
        "columns": [
            {"column": 0, "field": "nothing"},
            {"column": 1, "field": "amount"},
            {"column": 2, "field": "amount"},
            {"column": 3, "field": "created_at"},
            {"column": 4, "field": "stage@nowhere"},
        ],
        "keys": ["inn"],
    }
    with romashka.nothing_changes(), pytest.raises(Problems) as caught:
        importer.plan(run, plan)
    codes = [(one.place, one.code) for one in caught.value.problems]
    assert codes == [
        ("columns.0", "field_not_for_import"),
        ("columns.2", "import_column_twice"),
        ("columns.3", "field_not_for_import"),
        ("columns.4", "field_not_for_import"),
        ("keys", "import_key_not_mapped"),
    ]
    with pytest.raises(Problem):
        importer.plan(run, {"columns": [{"column": "first", "field": "title"}]})


def test_import_of_another_person_is_not_there(importer: Importer, romashka: Cast) -> None:
    run = importer.upload("deal", content_of("deal"))
    olga = Importer(romashka, romashka.actor("Ольга"))
    with pytest.raises(NotFound):
        olga.plan(run, PLANS["deal"])
    with pytest.raises((Denied, NotFound)):
        olga.upload("currency_rate", table("a", [["1"]]))


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_exported_list_imports_back_equal(importer: Importer, romashka: Cast, tmp_path: Path, form: str) -> None:
    for entity in TABLES:
        importer.bring_table(entity)
    system = romashka.system
    system.create(
        "counterparty", title="=1+1", note="+cmd|' /C calc'!A0", phones=["+79161234567"], roles=["client", "partner"]
    )
    before = romashka.living_digest()
    for entity in ("counterparty", "deal", "product"):
        with romashka.company.read() as session:
            shape = session.snapshot.entities[entity]
            columns = export_columns(session.snapshot, SYSTEM, shape, ())
            stream = read.stream_rows(session, SYSTEM, entity, ListRequest(sort="id"), tuple(c.path for c in columns))
            content = b"".join(write_rows(form, columns, stream, "ru"))
        skipped = {"id", "created_at", "created_by", "changed_at", "changed_by"}
        plan = {
            "columns": [
                {"column": at, "field": one.path[0]}
                for at, one in enumerate(columns)
                if one.path[0] == "id" or not (one.field.system or one.field.type in ("file", "image", "autonumber"))
                if one.path[0] not in skipped - {"id"}
            ],
            "keys": ["id"],
            "existing": "overwrite",
            "absent": "skip",
            "history": True,
        }
        run = importer.upload(entity, content, f"list.{form}")
        importer.plan(run, plan)
        counts = importer.run(run)
        assert set(counts) == {"same"}, (entity, counts, importer.troubles(run))
    assert romashka.living_digest() == before


def check(importer: Importer, run: int) -> dict[str, Any]:
    """What a check of all rows says, by row too."""
    with importer.company.write() as session:
        imports.check(session, importer.actor, run, enqueue)
    importer.worker.run_all()
    with importer.company.read() as session:
        found = import_runs.find(session, run)
        assert found is not None
        told = imports.told_run(session, found)["check"]
        told["fates"] = {one.row: one.fate for one in import_runs.fates(session, told["id"], limit=5000)}
    return told  # type: ignore[no-any-return]


def real_fates(importer: Importer, run: int) -> dict[int, str]:
    importer.run(run)
    with importer.company.read() as session:
        return {one.row: one.fate for one in import_runs.fates(session, run, limit=5000)}


CHECKED = {
    # what          entity          head and rows                                    plan
    "spreadsheets": ("counterparty", None, None),
    "repeated keys": (
        "deal",
        ["id,name"] + [f"A{n % 700},дело {n}" for n in range(1500)],
        {
            "columns": [{"column": 0, "field": "external_number"}, {"column": 1, "field": "title"}],
            "keys": ["external_number"],
            "existing": "overwrite",
        },
    ),
    "repeated values that may not repeat": (
        "counterparty",
        ["name,inn"] + [f"Клиент {n},{'7707083893' if n in (3, 900) else ''}" for n in range(1000)],
        {"columns": [{"column": 0, "field": "title"}, {"column": 1, "field": "inn"}]},
    ),
    "names to be made": (
        "counterparty",
        ["name,sector"] + [f"Клиент {n},Отрасль {n % 3}" for n in range(900)],
        {
            "columns": [{"column": 0, "field": "title"}, {"column": 1, "field": "sector", "missing": "create"}],
        },
    ),
    "parents further down": (
        "counterparty",
        ["name,parent"] + [f"Клиент {n},Клиент {n + 600}" for n in range(700)],
        {"columns": [{"column": 0, "field": "title"}, {"column": 1, "field": "parent"}]},
    ),
}


@pytest.mark.parametrize("what", CHECKED)
def test_check_foretells_the_fate_of_every_row(importer: Importer, romashka: Cast, what: str) -> None:
    """Rows far apart in the file meet in different portions, each of which the check rolls back."""
    entity, lines, plan = CHECKED[what]
    content = content_of(entity) if lines is None else "\n".join(lines).encode()
    run = importer.upload(entity, content)
    importer.plan(run, plan or PLANS[entity])
    before = romashka.living_digest()
    told = check(importer, run)
    assert romashka.living_digest() == before
    assert told["state"] == "done" and told["total"] == len(told["fates"]) == sum(told["counts"].values())
    assert told["fates"] == real_fates(importer, run)
    if what == "names to be made":
        assert told["made"] == {"sector": 3}


def test_value_chosen_to_be_made_is_made_while_others_stay_errors(importer: Importer, romashka: Cast) -> None:
    plan = {
        "columns": [
            {"column": 0, "field": "title"},
            {"column": 1, "field": "sector", "create": ["Связь"], "values": {"Ретеил": None}},
        ]
    }
    content = table("name,sector", [["А", "Связь"], ["Б", "Ретеил"], ["В", "Прочее"]])
    run, counts = importer.bring("counterparty", content, plan)
    assert counts == {"created": 2, "error": 1} and importer.troubles(run) == {4: ["link_name_unknown"]}
    rows = {row[2]: row[3] for row in romashka.system.list("counterparty", fields=("title", "sector.title"))}
    assert rows == {"А": "Связь", "Б": None}


def test_each_word_of_a_cell_of_several_is_replaced_for_itself(importer: Importer, romashka: Cast) -> None:
    plan = {
        "columns": [
            {"column": 0, "field": "title"},
            {"column": 1, "field": "roles", "values": {"заказчик": "client", "мусор": None}},
        ]
    }
    content = table("name,roles", [["А", "Заказчик; партнёр; мусор"], ["Б", "мусор"]])
    run, counts = importer.bring("counterparty", content, plan)
    assert counts == {"created": 2}, importer.troubles(run)
    values = [romashka.system.open("counterparty", id).values["roles"] for id in romashka.system.ids("counterparty")]
    assert [sorted(one or ()) for one in values] == [["client", "partner"], []]


def test_headings_below_the_name_of_a_report_are_found_and_may_be_moved(importer: Importer) -> None:
    lines = "Отчёт за март 2026;;\r\n;;\r\nНазвание;ИНН;Город\r\nЛютик;7707083893;Казань\r\n"
    run = importer.upload("counterparty", lines.encode())
    with importer.company.write() as session:
        found = imports.read_run(session, importer.actor, run)
        assert found.body["plan"]["header_row"] == 3
        assert [one["guess"] for one in found.body["columns"]] == ["title", "inn", "city"]
        assert found.body["grid"][0] == ["Отчёт за март 2026"]
        seen = imports.sight(session, importer.actor, importer.company.blobs, run, "deal", 0, 0)
        moved = imports.look(session, importer.actor, run, "deal", seen)
    assert moved.entity == "deal" and moved.body["plan"]["header_row"] == 0
    assert moved.body["columns"][0]["samples"] == ["Отчёт за март 2026", "Название", "Лютик"]


def test_file_without_headings_goes_in_from_its_first_row(importer: Importer, romashka: Cast) -> None:
    run = importer.upload("counterparty", "Лютик;+79161234567;12\r\nВасилёк;+79161234568;15\r\n".encode())
    with importer.company.read() as session:
        assert imports.read_run(session, importer.actor, run).body["plan"]["header_row"] == 0
    importer.plan(
        run, {"header_row": 0, "columns": [{"column": 0, "field": "title"}, {"column": 1, "field": "phones"}]}
    )
    assert importer.run(run) == {"created": 2}


def test_new_plan_stops_the_check_of_the_old_one(importer: Importer) -> None:
    run = importer.upload("counterparty", table("name", [[f"Клиент {n}"] for n in range(50)]))
    plan = {"columns": [{"column": 0, "field": "title"}]}
    importer.plan(run, plan)
    with importer.company.write() as session:
        first = imports.check(session, importer.actor, run, enqueue).body["check"]
    importer.plan(run, plan)
    with importer.company.read() as session:
        assert "check" in imports.read_run(session, importer.actor, run).body, "the same plan keeps its check"
    importer.plan(run, {**plan, "absent": "skip"})
    importer.worker.run_all()
    with importer.company.read() as session:
        assert import_runs.fates(session, first["id"]) == []
        assert "check" not in imports.read_run(session, importer.actor, run).body
    assert check(importer, run)["counts"] == {"skipped": 50}


def test_old_workbook_goes_in_like_any_other(importer: Importer, romashka: Cast) -> None:
    content = (Path(__file__).parent / "data" / "clients.xls").read_bytes()
    run = importer.upload("counterparty", content, "клиенты.xls")
    with importer.company.read() as session:
        plan = imports.read_run(session, importer.actor, run).body["plan"]
    columns = {one["column"]: one for one in plan["columns"]} | {3: {"column": 3, "field": "revenue"}}
    importer.plan(run, {**plan, "columns": list(columns.values())})
    assert importer.run(run) == {"created": 2}
    names = ("title", "inn", "founded_year", "revenue", "city")
    rows = [row[2:] for row in romashka.system.list("counterparty", fields=names, sort="title")]
    assert rows == [
        ["Ёлка и сыновья", None, 2003, None, "Пермь"],
        ["ООО «Лютик»", "7707083893", 1996, "1234.50", "Казань"],
    ]


GUESSES = [
    # entity        headings                                    fields
    ("product", ["product", "sales_price"], ["title", "price"]),
    ("deal", ["Сделка", "Компания", "Сумма"], ["title", "counterparty", "amount"]),
    ("deal", ["opportunity_id", "account", "deal_stage"], ["external_number", "counterparty", "stage"]),
    ("counterparty", ["Компания", "ИНН", "Паровоз"], ["title", "inn", None]),
    ("counterparty", ["Клиент", "Сайт"], ["title", "website"]),
]


@pytest.mark.parametrize(("entity", "headings", "fields"), GUESSES)
def test_headings_lead_to_the_fields_a_person_would_choose(
    importer: Importer, entity: str, headings: list[str], fields: list[str | None]
) -> None:
    run = importer.upload(entity, table(",".join(headings), [["а"] * len(headings)]))
    with importer.company.read() as session:
        told = imports.read_run(session, importer.actor, run).body["columns"]
    assert [one["guess"] for one in told] == fields


def test_word_of_two_pipelines_is_asked_about_and_its_dates_follow_the_stage_it_is_taken_for(
    importer: Importer, romashka: Cast
) -> None:
    plan = json.loads(json.dumps(PLANS["deal"]))
    plan["columns"] = [one for one in plan["columns"] if one["field"] not in ("product", "counterparty")]
    stage = next(one for one in plan["columns"] if one["field"] == "stage")
    del stage["values"]
    run = importer.upload("deal", content_of("deal"))
    importer.plan(run, plan)
    (asked,) = check(importer, run)["unmatched"]
    told = {one["value"]: one for one in asked["values"]}
    assert set(told) == {"Won", "Lost"} and all(one["ambiguous"] for one in told.values())
    assert importer.run(run) == {"created": 4}
    rows = {row[2]: row[3:] for row in romashka.system.list("deal", fields=("external_number", "stage", "closed_on"))}
    assert rows["1C1I7A6R"] == [told["Won"]["nearest"], "2017-03-01"]
    assert rows["Z063OYW0"] == [told["Lost"]["nearest"], "2017-03-11"]
