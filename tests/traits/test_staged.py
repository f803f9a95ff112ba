"""A record on its stages: what entering asks, what is remembered, what closes the work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from svyaz.kernel.problem import Problem, Problems
from svyaz.kernel.values import Ref
from svyaz.records import write
from svyaz.records.draft import Past
from svyaz.records.told_changes import ToldChanges
from svyaz.storage import stage_moves
from tests.cast import Cast, Person

DAY = datetime(2026, 1, 10, 9, tzinfo=UTC)


def stays(cast: Cast, id: int) -> list[tuple[str, str, str, str | None]]:
    with cast.company.read() as session:
        return [
            (one.pipeline, one.stage, one.entered_at.isoformat()[:16], one.left_at and one.left_at.isoformat()[:16])
            for one in stage_moves.moves_of(session, id)
        ]


def told(person: Person, cast: Cast, act: str, *asked: Any, **values: Any) -> list[tuple[str, str]]:
    with cast.nothing_changes(), pytest.raises(Problem) as caught:
        getattr(person, act)(*asked, **values)
    several = caught.value.problems if isinstance(caught.value, Problems) else [caught.value]
    return sorted((one.place, one.code) for one in several)


def test_every_move_is_remembered_with_when_it_came_and_went(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы")
    romashka.tick(days=2)
    olga.change("deal", mine.id, stage="needs")
    olga.change("deal", mine.id, title="Краны")
    romashka.tick(hours=3)
    olga.change("deal", mine.id, stage="prospecting")
    assert stays(romashka, mine.id) == [
        ("sales", "new", "2026-03-03T09:00", "2026-03-05T09:00"),
        ("sales", "needs", "2026-03-05T09:00", "2026-03-05T12:00"),
        ("products", "prospecting", "2026-03-05T12:00", None),
    ]


def test_stage_asks_for_all_it_requires_at_once_at_creation_and_on_entering(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    wanted = [("values.amount", "stage_requires"), ("values.counterparty", "stage_requires")]
    assert told(olga, romashka, "create", "deal", title="Насосы", stage="contract") == wanted
    mine = olga.create("deal", title="Насосы")
    assert told(olga, romashka, "change", "deal", mine.id, stage="contract") == wanted
    client = olga.create("counterparty", title="Лютик")
    moved = olga.change("deal", mine.id, stage="contract", counterparty=client.id, amount="10")
    assert moved.values["stage"] == "contract"
    # It stands there already: correcting another field asks nothing anew.
    assert olga.change("deal", mine.id, title="Краны").version == 3


CLOSING = [
    # stages one after another        given closed_on    closed_on at the end
    (["won"], None, "2026-03-03"),
    (["lost", "engaging"], None, None),
    (["won"], "2026-02-20", "2026-02-20"),
    (["engaging"], None, None),
]


@pytest.mark.parametrize(("path", "given", "closed"), CLOSING)
def test_stage_that_ends_the_work_sets_the_day_of_closing_and_going_back_clears_it(
    romashka: Cast, path: list[str], given: str | None, closed: str | None
) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы", stage="prospecting")
    for stage in path:
        more = {"closed_on": given} if given else {}
        olga.change("deal", mine.id, stage=stage, **more)
    assert olga.open("deal", mine.id).values["closed_on"] == closed


def test_import_of_history_gives_its_own_dates_and_is_not_asked_what_stages_require(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    past = Past(
        created_at=DAY,
        stages=(("prospecting", DAY), ("engaging", DAY.replace(day=12)), ("won", DAY.replace(month=2))),
    )
    made = boss.write(
        write.create_many, "deal", [{"title": "Старая"}, {"title": "Новая", "stage": "success"}], past=[past, None]
    ).ids
    assert stays(romashka, made[0]) == [
        ("products", "prospecting", "2026-01-10T09:00", "2026-01-12T09:00"),
        ("products", "engaging", "2026-01-12T09:00", "2026-02-10T09:00"),
        ("products", "won", "2026-02-10T09:00", None),
    ]
    values = boss.open("deal", made[0]).values
    assert (values["stage"], values["closed_on"], values["created_at"]) == ("won", "2026-02-10", "2026-01-10T09:00:00Z")
    born = boss.read(ToldChanges().done, Ref("deal", made[0]), "", None, 9)[-1]
    assert (born.kind, born.at) == ("created", DAY), "not the day of the import"
    assert stays(romashka, made[1])[-1][1] == "success"


def test_stage_of_history_that_no_pipeline_has_is_told(romashka: Cast) -> None:
    boss = romashka.person("Мария Сергеевна")
    with romashka.nothing_changes(), pytest.raises(Problem) as caught:
        boss.write(write.create_many, "deal", [{"title": "Старая"}], past=[Past(stages=(("gone", DAY),))])
    assert (caught.value.code, caught.value.facts["stage"]) == ("stage_unknown", "gone")


def test_undoing_a_move_puts_the_record_back_and_remembers_that_too(romashka: Cast) -> None:
    olga = romashka.person("Ольга")
    mine = olga.create("deal", title="Насосы", stage="prospecting")
    romashka.tick(hours=1)
    batch = olga.write(
        lambda session, actor: write.change_many(
            session, actor, "deal", [write.RecordChange(mine.id, {"stage": "won"})], batch=900
        )
    )
    assert batch.ids == [mine.id]
    with romashka.company.write() as session:
        session.run(
            "INSERT INTO sv_batch (id, actor, cause, title, at) VALUES (900, NULL, 'person', '', ?)",
            (session.put_instant(session.now),),
        )
    romashka.tick(hours=1)
    olga.undo(900)
    values = olga.open("deal", mine.id).values
    assert (values["stage"], values["closed_on"]) == ("prospecting", None)
    assert [stage for _, stage, _, left in stays(romashka, mine.id) if left is None] == ["prospecting"]
