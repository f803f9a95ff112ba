"""The worked tables of docs/algorithms/funnel.md, row by row, and random histories against plain counting."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from svyaz.access.actor import SYSTEM
from svyaz.records.problems import UnknownField
from svyaz.records.read import ground_of
from svyaz.reports.funnel import funnel
from svyaz.reports.run_funnel import (
    BehindRequest,
    FunnelRequest,
    NotStaged,
    PeriodBackwards,
    UnknownFigure,
    UnknownPipeline,
    read_behind,
    run_funnel,
)
from svyaz.schema.snapshot import Grant
from svyaz.storage import funnel as stored
from svyaz.storage.funnel import LOST as LOST_NUMBER, Course, FunnelQuery, Length, Sum, Tally
from svyaz.storage.funnel_plan import course_of
from tests.cast import Cast
from tests.reports.histories import ELSEWHERE, FIGURES, LOST, STAGES, WON, Visit, by_hand, plant, reason

DOC = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "funnel.md"
MOSCOW = ZoneInfo("Europe/Moscow")
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
IN_TABLE = {"А": "new", "Б": "qualified", "В": "needs", "победа": WON, "отказ": LOST, "другая": ELSEWHERE}


def table(title: str) -> list[list[str]]:
    """Rows of the table of the document whose first column is called so."""
    lines = DOC.read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {title} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def visits(told: str) -> list[Visit]:
    made = []
    for part in told.split("; "):
        name, day = part.split()
        at = datetime.strptime(f"{day}.2026", "%d.%m.%Y").replace(tzinfo=MOSCOW).astimezone(UTC)
        made.append((IN_TABLE[name], at))
    return made


HISTORIES = table("история")


def three_stages(since: datetime | None, until: datetime | None) -> FunnelQuery:
    return FunnelQuery("deal", STAGES[:3], (WON,), (LOST,), since, until)


def month() -> tuple[datetime, datetime]:
    first = datetime.combine(MARCH[0], time.min, MOSCOW).astimezone(UTC)
    return first, datetime.combine(MARCH[1] + timedelta(days=1), time.min, MOSCOW).astimezone(UTC)


def test_histories_of_the_document_go_the_courses_it_tells(romashka: Cast) -> None:
    places = {"—": 0, "А": 1, "Б": 2, "В": 3, "победа": 4, "отказ": LOST_NUMBER}
    query = three_stages(*month())
    for told, *cells in HISTORIES:
        id = plant(romashka, visits(told))
        with romashka.company.read() as session:
            answer = stored.courses(session, query, ground_of(session, SYSTEM))
        group = answer.whole
        if not cells[0]:
            assert group.tallies == [], told
        else:
            before, reached, began, stands, closed, lost_from = cells
            expected = Course(
                int(before), int(reached), places[began], places[stands], closed == "да", places[lost_from]
            )
            assert [(one.course, one.records) for one in group.tallies] == [(expected, 1)], told
        romashka.system.delete("deal", id)


def test_figures_of_the_document_are_counted_from_its_histories(romashka: Cast) -> None:
    for told, *_ in HISTORIES:
        plant(romashka, visits(told))
    with romashka.company.read() as session:
        group = stored.courses(session, three_stages(*month()), ground_of(session, SYSTEM)).whole
    made = funnel(group.tallies, group.lengths, 3)
    names = ("entered", "went_on", "won_after", "left", "in_progress", "lost")
    for row, (stage, *figures, conversion) in zip(made.rows, table("этап"), strict=True):
        counted = [getattr(row, name).records for name in names]
        assert (counted, row.conversion) == ([int(one) for one in figures], float(conversion)), stage


# ------------------------------------------------------------------ random histories


def random_visits(chance: random.Random) -> list[Visit]:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 50))
    made: list[Visit] = []
    for _ in range(chance.randint(1, 6)):
        stage = chance.choice((*STAGES, *STAGES, WON, WON, LOST, LOST, ELSEWHERE))
        if not made or made[-1][0] != stage:
            made.append((stage, at))
            at += timedelta(hours=chance.choice((0, 1, 24, 100, 400, 900)))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_give_what_plain_counting_gives_and_every_figure_its_records(
    romashka: Cast, seed: int
) -> None:
    chance = random.Random(seed)
    people = [romashka.people[name] for name in ("Ольга", "Пётр", "Анна")]
    histories = {}
    for _ in range(40):
        walked = random_visits(chance)
        who = chance.choice(people)
        histories[plant(romashka, walked, responsible=who)] = (who, walked)
    for first, last in ((None, None), MARCH, (date(2026, 2, 10), None), (None, date(2026, 2, 20))):
        since = first and datetime.combine(first, time.min, MOSCOW).astimezone(UTC)
        until = last and datetime.combine(last + timedelta(days=1), time.min, MOSCOW).astimezone(UTC)
        asked = FunnelRequest("deal", "sales", first, last, by="responsible")
        told = romashka.system.read(run_funnel, asked)
        assert plain(told["whole"]) == by_hand([walked for _, walked in histories.values()], since, until)
        for group in told["groups"]:
            own = [walked for who, walked in histories.values() if who == group["value"][0]]
            assert plain(group) == by_hand(own, since, until), group["value"]
        check_behind(romashka, asked, told["whole"])


def plain(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        row["stage"]: {name: row[name]["records"] for name in FIGURES}
        | {name: row[name] for name in ("days_median", "days_90")}
        for row in figures["rows"]
    }


def check_behind(cast: Cast, asked: FunnelRequest, whole: dict[str, Any]) -> None:
    for row in whole["rows"]:
        for name in (*FIGURES, "stuck"):
            count = row[name] if name == "stuck" else row[name]["records"]
            behind = cast.system.read(read_behind, asked, BehindRequest(name, row["stage"], limit=1000))
            assert behind["count"] == count, (name, row["stage"])
            assert len({one[0] for one in behind["rows"]}) == count
    for name in ("won", "lost"):
        behind = cast.system.read(read_behind, asked, BehindRequest(name))
        assert behind["count"] == whole[name]["records"]


# ------------------------------------------------------------------ single promises


def march(*days: tuple[str, int]) -> list[Visit]:
    return [(stage, datetime(2026, 3, day, 12, tzinfo=UTC)) for stage, day in days]


def rows_of(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["stage"]: row for row in told["whole"]["rows"]}


def test_record_that_skips_a_stage_still_counts_as_having_reached_it(romashka: Cast) -> None:
    plant(romashka, march(("new", 1), (WON, 2)))
    told = rows_of(romashka.system.read(run_funnel, FunnelRequest("deal", "sales")))
    assert [told[stage]["entered"]["records"] for stage in STAGES] == [1] * 7
    assert [told[stage]["conversion"] for stage in STAGES] == [1.0] * 7


def test_stage_nobody_reached_has_no_conversion_rather_than_zero(romashka: Cast) -> None:
    plant(romashka, march(("new", 1)))
    told = rows_of(romashka.system.read(run_funnel, FunnelRequest("deal", "sales")))
    assert (told["new"]["conversion"], told["talks"]["conversion"]) == (0.0, None)
    assert (told["talks"]["days_median"], told["talks"]["days_90"]) == (None, None)


def test_funnel_of_no_records_is_whole_and_empty(romashka: Cast) -> None:
    told = romashka.system.read(run_funnel, FunnelRequest("deal", by="responsible"))
    assert (told["pipeline"], told["groups"], told["losses"]) == ("sales", [], [])
    assert (told["whole"]["won"]["records"], told["whole"]["win_share"], told["whole"]["weakest"]) == (0, None, None)
    assert told["whole"]["rows"][0]["entered"] == {"records": 0, "amount": ["0.00", "RUB"]}


def test_sums_stand_beside_the_counts_and_one_without_a_rate_stands_apart(romashka: Cast) -> None:
    plant(romashka, march(("new", 1), ("offer", 3)), amount="1000.50")
    plant(romashka, march(("new", 1), ("offer", 4)), amount=["20", "KZT"])
    plant(romashka, march(("new", 1)))
    row = rows_of(romashka.system.read(run_funnel, FunnelRequest("deal", "sales")))["offer"]
    assert row["in_progress"] == {"records": 2, "amount": ["1000.50", "RUB", [["20.00", "KZT"]]]}


def test_losses_are_told_by_the_stage_the_deal_stood_on_and_by_reason(romashka: Cast) -> None:
    dear, rival = reason(romashka, "Дорого"), reason(romashka, "Выбрали конкурента")
    plant(romashka, march(("new", 1), ("offer", 3), (LOST, 5)), amount="100", loss_reason=dear)
    plant(romashka, march(("new", 1), ("offer", 3), ("needs", 4), (LOST, 5)), amount="30", loss_reason=dear)
    plant(romashka, march(("new", 1), ("offer", 3), (LOST, 6)), amount="7", loss_reason=rival)
    asked = FunnelRequest("deal", "sales", *MARCH)
    told = romashka.system.read(run_funnel, asked)
    assert told["reason"] == "loss_reason"
    found = {
        (at["stage"], one["reason"][1]): (at["records"], at["amount"][0])
        for one in told["losses"]
        for at in one["stages"]
    }
    assert found == {
        ("offer", "Дорого"): (1, "100.00"),
        ("needs", "Дорого"): (1, "30.00"),
        ("offer", "Выбрали конкурента"): (1, "7.00"),
    }
    assert told["whole"]["lost"] == {"records": 3, "amount": ["137.00", "RUB"]}
    sums = {one["reason"][1]: (one["records"], one["amount"][0]) for one in told["losses"]}
    assert sums == {"Дорого": (2, "130.00"), "Выбрали конкурента": (1, "7.00")}
    for one in told["losses"]:
        narrowed = FunnelRequest("deal", "sales", *MARCH, filter=one["filter"])
        for at in one["stages"]:
            behind = romashka.system.read(read_behind, narrowed, BehindRequest("lost", at["stage"]))
            assert behind["count"] == at["records"]


def test_weakest_step_is_where_the_fewest_of_those_decided_went_on(romashka: Cast) -> None:
    for day in range(1, 5):  # four came to talks, one went on
        plant(romashka, march(("new", day), ("talks", day + 1), (WON if day == 1 else LOST, 20)))
    for day in range(1, 4):  # three only wait on «Новая»: they have not failed
        plant(romashka, march(("new", day)))
    told = romashka.system.read(run_funnel, FunnelRequest("deal", "sales"))
    assert told["whole"]["weakest"] == "talks"


def test_where_everybody_went_on_no_step_is_weak() -> None:
    assert funnel([Tally(Course(0, 3, 0, 3, True, 0), 9, Sum())], {}, 2).weakest is None


def test_two_decided_records_make_no_step_weak() -> None:
    went = Tally(Course(0, 1, 0, LOST_NUMBER, True, 1), 2, Sum())
    assert funnel([went], {}, 2).weakest is None
    assert funnel([went, Tally(Course(0, 2, 0, 2, False, 0), 1, Sum())], {}, 2).weakest == 0


def test_stays_of_one_two_three_four_and_ten_days_have_the_median_and_the_nine_tenths_of_the_document() -> None:
    assert funnel([], {1: Length((300, 300), 1000)}, 1).rows[0].days_median == 3.0
    made = funnel([], {1: Length((200, 300), 400)}, 1).rows[0]
    assert (made.days_median, made.days_90) == (2.5, 4.0)
    assert funnel([], {1: Length((1, 2), 2)}, 1).rows[0].days_median == 0.02  # a half of a hundredth goes up


def test_lengths_come_from_the_base_as_the_document_says(romashka: Cast) -> None:
    for length in (1, 2, 3, 4, 10):
        plant(romashka, march(("new", 1), ("needs", 1 + length)))
    row = rows_of(romashka.system.read(run_funnel, FunnelRequest("deal", "sales", *MARCH)))["new"]
    assert (row["days_median"], row["days_90"]) == (3.0, 10.0)
    before_tenth = FunnelRequest("deal", "sales", date(2026, 3, 1), date(2026, 3, 10))
    row = rows_of(romashka.system.read(run_funnel, before_tenth))["new"]
    assert (row["days_median"], row["days_90"]) == (2.5, 4.0)


def test_deal_that_stands_longer_than_nine_tenths_of_others_is_stuck(romashka: Cast) -> None:
    for day in (1, 2):
        plant(
            romashka, [("new", datetime(2026, 2, day, tzinfo=UTC)), ("needs", datetime(2026, 2, day + 5, tzinfo=UTC))]
        )
    long = plant(romashka, [("new", datetime(2026, 2, 1, tzinfo=UTC))])
    fresh = plant(romashka, [("new", datetime(2026, 3, 2, tzinfo=UTC))])
    asked = FunnelRequest("deal", "sales")
    assert rows_of(romashka.system.read(run_funnel, asked))["new"]["stuck"] == 1
    behind = romashka.system.read(read_behind, asked, BehindRequest("stuck", "new"))
    assert [row[0] for row in behind["rows"]] == [long] != [fresh]


def test_move_at_midnight_of_the_companys_zone_belongs_to_the_day_that_begins(romashka: Cast) -> None:
    plant(romashka, [("new", datetime(2026, 2, 28, 21, tzinfo=UTC))])  # 1 March, 00:00 in Moscow
    in_march = rows_of(romashka.system.read(run_funnel, FunnelRequest("deal", "sales", *MARCH)))
    in_february = FunnelRequest("deal", "sales", date(2026, 2, 1), date(2026, 2, 28))
    assert in_march["new"]["entered"]["records"] == 1
    assert rows_of(romashka.system.read(run_funnel, in_february))["new"]["entered"]["records"] == 0


def test_first_and_last_days_of_all_bound_nothing(romashka: Cast) -> None:
    plant(romashka, march(("new", 1)))
    told = romashka.system.read(run_funnel, FunnelRequest("deal", "sales", date.min, date.max))
    assert rows_of(told)["new"]["entered"]["records"] == 1


def test_deleted_deal_is_in_no_funnel_until_it_is_restored(romashka: Cast) -> None:
    id = plant(romashka, march(("new", 1)))
    asked = FunnelRequest("deal", "sales")
    romashka.system.delete("deal", id)
    assert rows_of(romashka.system.read(run_funnel, asked))["new"]["entered"]["records"] == 0
    romashka.system.restore("deal", id)
    assert rows_of(romashka.system.read(run_funnel, asked))["new"]["entered"]["records"] == 1


# ------------------------------------------------------------------ rights


def test_seller_sees_the_funnel_of_his_own_deals_and_the_head_of_the_department(romashka: Cast) -> None:
    for name in ("Ольга", "Пётр", "Анна"):
        plant(romashka, march(("new", 1), (WON, 2)), responsible=romashka.people[name])
    asked = FunnelRequest("deal", "sales")
    for name, deals in (("Ольга", 1), ("Игорь", 2), ("Мария Сергеевна", 3)):
        person = romashka.person(name)
        assert len(person.ids("deal")) == deals
        assert person.read(run_funnel, asked)["whole"]["won"]["records"] == deals
        assert person.read(read_behind, asked, BehindRequest("won"))["count"] == deals


def hide(cast: Cast, *fields: str) -> None:
    cast.give_role(
        "Ольга",
        "blind",
        Grant("deal", {"see": "all"}, fields=dict.fromkeys(fields, "hidden")),
        Grant("loss_reason", {"see": "all"}),
    )


def test_field_that_may_not_be_read_neither_cuts_nor_filters_and_hidden_sums_and_reasons_are_left_out(
    romashka: Cast,
) -> None:
    plant(romashka, march(("new", 1), (LOST, 2)), amount="500")
    hide(romashka, "amount", "source", "loss_reason")
    olga = romashka.person("Ольга")
    told = olga.read(run_funnel, FunnelRequest("deal", "sales"))
    assert (told["amount"], told["reason"], told["whole"]["lost"]) == (None, None, {"records": 1, "amount": None})
    assert [(one["reason"], one["stages"][0]["stage"]) for one in told["losses"]] == [(None, "new")]
    for asked in ({"by": "source"}, {"amount": "amount"}):
        with pytest.raises(UnknownField):
            olga.read(run_funnel, FunnelRequest("deal", "sales", **asked))
    with pytest.raises(Exception, match="formula_unknown_field"):
        olga.read(run_funnel, FunnelRequest("deal", "sales", filter="amount > 400"))


def test_funnel_is_refused_when_the_stage_itself_is_hidden(romashka: Cast) -> None:
    hide(romashka, "stage")
    with pytest.raises(UnknownField):
        romashka.person("Ольга").read(run_funnel, FunnelRequest("deal", "sales"))


def test_what_is_asked_wrongly_is_refused_by_name(romashka: Cast) -> None:
    for request, problem in (
        (FunnelRequest("counterparty"), NotStaged),
        (FunnelRequest("deal", "tenders"), UnknownPipeline),
        (FunnelRequest("deal", "sales", date(2026, 3, 2), date(2026, 3, 1)), PeriodBackwards),
    ):
        with pytest.raises(problem):
            romashka.system.read(run_funnel, request)
    for behind in (BehindRequest("sold", "new"), BehindRequest("entered", "success"), BehindRequest("entered")):
        with pytest.raises(UnknownFigure):
            romashka.system.read(read_behind, FunnelRequest("deal", "sales"), behind)


def test_mark_of_a_course_is_read_back_whole() -> None:
    chance = random.Random(1)
    for _ in range(200):
        course = Course(
            *(chance.randrange(1000) for _ in range(3)), chance.randrange(-1, 1000), chance.random() < 0.5, 7
        )
        assert course_of(course.mark) == course
