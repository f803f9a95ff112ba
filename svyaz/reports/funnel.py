"""The funnel: what became of the records of one pipeline, stage by stage, within a period.

A period means when it happened: a move of March is in the funnel of March whenever it was typed in, and a
move after the period is not seen.  So the funnel of a past quarter does not change, and its «в работе» is
who stood on the stage when the quarter ended.

A record that jumps over a stage counts as having reached it: a client who pays at once skips «Встреча»,
and the funnel must not show a hole there.  A lost record has reached the stages it was on and no later
one; born lost, it has reached the first.  Each stage is reached once: whoever went back and came again
is not counted twice.

The worked tables are in docs/algorithms/funnel.md; tests/reports/test_funnel.py reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from svyaz.storage.funnel import LOST, Course, Length, Sum, Tally

HUNDREDTH = Decimal("0.01")
LEAST_DECIDED = 3  # one failure of one or two says nothing about a step

# What each figure counts: (course of a record, stage 1…n, number of stages n) -> whether it is counted.
Figure = Callable[[Course, int, int], bool]


def _entered(course: Course, stage: int, stages: int) -> bool:
    """Reached the stage, or a later one, for the first time within the period."""
    return course.before < stage <= course.reached


def _went_on(course: Course, stage: int, stages: int) -> bool:
    """Of those, has reached a later stage."""
    return _entered(course, stage, stages) and course.reached > stage


def _won_after(course: Course, stage: int, stages: int) -> bool:
    """Of those, is won."""
    return _entered(course, stage, stages) and course.stands == stages + 1


def _waits(course: Course, stage: int, stages: int) -> bool:
    """Of those, stands there and has not gone on: nothing is decided yet."""
    return _entered(course, stage, stages) and not course.reached > stage and course.stands == stage


def _left(course: Course, stage: int, stages: int) -> bool:
    """Was there within the period — from before, or reached it — and does not stand there at its end."""
    return (_entered(course, stage, stages) or course.began == stage) and course.stands != stage


def _in_progress(course: Course, stage: int, stages: int) -> bool:
    """Stands there at the end of the period, however long."""
    return course.stands == stage


def _lost_here(course: Course, stage: int, stages: int) -> bool:
    """Was lost within the period, from this stage."""
    return course.closed and course.stands == LOST and course.lost_from == stage


def _won(course: Course, stage: int, stages: int) -> bool:
    """Was won within the period (the stage does not matter)."""
    return course.closed and course.stands == stages + 1


def _lost(course: Course, stage: int, stages: int) -> bool:
    """Was lost within the period, from any stage."""
    return course.closed and course.stands == LOST


STAGE_FIGURES: Mapping[str, Figure] = {
    "entered": _entered,
    "went_on": _went_on,
    "won_after": _won_after,
    "left": _left,
    "in_progress": _in_progress,
    "lost": _lost_here,
}
WHOLE_FIGURES: Mapping[str, Figure] = {"won": _won, "lost": _lost}


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records, and the sum of their amounts."""

    records: int
    amount: Sum


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One stage in work.

    entered       reached it, or a later one, for the first time within the period
    went_on       of those, have reached a later stage by its end
    won_after     of those, are won by its end
    left          stood there within the period and do not at its end: gone on, lost, gone back
    in_progress   stand there at its end, whenever they came
    lost          lost from it within the period, whenever they came
    decided       of those who came in the period, all but those that still stand there and went nowhere
    conversion    went_on / entered, 0..1; None when none came
    stuck         of those in progress, stand longer than nine tenths of the finished stays of the whole took
    days_median, days_90   of stays that ended within the period, in days with two digits: the median, and
                  what nine tenths of them do not exceed; None when none ended
    """

    entered: Counted
    went_on: Counted
    won_after: Counted
    left: Counted
    in_progress: Counted
    lost: Counted
    decided: int
    conversion: float | None
    stuck: int
    days_median: float | None
    days_90: float | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """rows   one for each stage in work, in order
    won, lost   within the period, from any stage
    win_share   won / (won + lost), 0..1; None when nothing ended
    weakest   the row with the least share of decided records that went on, of those that have LEAST_DECIDED;
              None when nobody failed
    """

    rows: tuple[FunnelRow, ...]
    won: Counted
    lost: Counted
    win_share: float | None
    weakest: int | None


def funnel(tallies: Sequence[Tally], lengths: Mapping[int, Length], stages: int) -> Funnel:
    """The figures from how many records went which course.

    tallies   in any order; of no records: all figures are 0, shares and days None
    lengths   by stage, 1…stages
    """
    rows = tuple(_row(tallies, lengths.get(stage), stage, stages) for stage in range(1, stages + 1))
    won, lost = _count(tallies, _won, 0, stages), _count(tallies, _lost, 0, stages)
    return Funnel(rows, won, lost, _share(won.records, won.records + lost.records), _weakest(rows))


def marks_of(tallies: Collection[Tally], figure: Figure, stage: int, stages: int) -> set[int]:
    """The courses that a figure counts: whoever went one of them is behind it."""
    return {one.course.mark for one in tallies if figure(one.course, stage, stages)}


def _row(tallies: Sequence[Tally], length: Length | None, stage: int, stages: int) -> FunnelRow:
    counted = {key: _count(tallies, figure, stage, stages) for key, figure in STAGE_FIGURES.items()}
    return FunnelRow(
        **counted,
        decided=counted["entered"].records - _count(tallies, _waits, stage, stages).records,
        conversion=_share(counted["went_on"].records, counted["entered"].records),
        stuck=sum(one.records for one in tallies if one.stuck and one.course.stands == stage),
        days_median=None if length is None else _days(Decimal(sum(length.middle)) / len(length.middle)),
        days_90=None if length is None else _days(Decimal(length.nine_tenths)),
    )


def _days(hundredths: Decimal) -> float:
    return float((hundredths * HUNDREDTH).quantize(HUNDREDTH, ROUND_HALF_UP))


def _count(tallies: Sequence[Tally], figure: Figure, stage: int, stages: int) -> Counted:
    chosen = [one for one in tallies if figure(one.course, stage, stages)]
    return Counted(sum(one.records for one in chosen), sum((one.amount for one in chosen), Sum()))


def _share(part: int, whole: int) -> float | None:
    return None if not whole else round(part / whole, 6)


def _weakest(rows: Sequence[FunnelRow]) -> int | None:
    """Records that still wait on the stage are left out: they have not failed.  Of equals, the earlier; where
    everybody went on nothing is weak."""
    shares = {
        place: row.went_on.records / row.decided
        for place, row in enumerate(rows)
        if row.decided >= LEAST_DECIDED and row.went_on.records < row.decided
    }
    return min(shares, key=lambda place: shares[place]) if shares else None
